import { createHash } from "node:crypto";
import { generateKey } from "@banana-peel/signer";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { publishBody, sampleFiles, signed, tarball } from "../testing/sample-peel.js";
import { type TestRegistry, testRegistry } from "../testing/test-registry.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let bytes: Buffer;
let url: string;
let etag: string;

beforeAll(async () => {
  registry = await testRegistry();
  const token = await registry.login("author");
  bytes = tarball(await signed(sampleFiles(), (await generateKey()).key));
  expect((await registry.publish(publishBody(bytes), token)).status).toBe(201);
  url = `${registry.url}@peels/sample/-/sample-1.0.0.tgz`;
  etag = `"sha512-${createHash("sha512").update(bytes).digest("base64")}"`;
});
afterAll(async () => {
  expect(registry.errors).toEqual([]);
  await registry.close();
});

const get = (headers: Record<string, string> = {}, method = "GET") => fetch(url, { method, headers });
const body = async (response: Response) => Buffer.from(await response.arrayBuffer());

describe("a tarball", () => {
  it("is served whole, with its digest as ETag, also at the encoded address and to HEAD", async () => {
    for (const response of [await get(), await fetch(url.replace("@peels/", "@peels%2f"))]) {
      expect(response.status).toBe(200);
      expect(response.headers.get("etag")).toBe(etag);
      expect(response.headers.get("accept-ranges")).toBe("bytes");
      expect(response.headers.get("content-length")).toBe(String(bytes.length));
      expect((await body(response)).equals(bytes)).toBe(true);
    }
    const head = await get({}, "HEAD");
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(bytes.length)]);
    expect((await body(head)).length).toBe(0);
  });

  it.each([
    ["bytes=0-9", 0, 10],
    ["bytes=100-", 100, undefined],
    ["bytes=5-5", 5, 6],
    ["bytes=-7", -7, undefined],
    ["bytes=3-99999999", 3, undefined],
    ["bytes=-99999999", 0, undefined],
  ])("is served in the part %s", async (range, from, to) => {
    const response = await get({ range });
    const part = bytes.subarray(from, to);
    expect(response.status).toBe(206);
    const start = from < 0 ? bytes.length + from : from;
    expect(response.headers.get("content-range")).toBe(
      `bytes ${start}-${start + part.length - 1}/${bytes.length}`,
    );
    expect((await body(response)).equals(part)).toBe(true);
  });

  it.each(["bytes=0-1,3-4", "bytes=9-3", "bytes=-", "bytes=x", "lines=1-2", "bytes=1", ""])(
    "is served whole for %j, which it has no part for",
    async (range) => {
      const response = await get({ range });
      expect(response.status).toBe(200);
      expect((await body(response)).equals(bytes)).toBe(true);
    },
  );

  it("has no part behind its end", async () => {
    for (const range of [`bytes=${bytes.length}-`, "bytes=99999999-", "bytes=-0"]) {
      const response = await get({ range });
      expect([response.status, response.headers.get("content-range")]).toEqual([
        416,
        `bytes */${bytes.length}`,
      ]);
    }
  });

  it("isn't sent again to who has it, nor in part to who has another", async () => {
    expect((await get({ "if-none-match": etag })).status).toBe(304);
    expect((await get({ "if-none-match": `"x", W/${etag}` })).status).toBe(304);
    expect((await get({ "if-none-match": '"x"' })).status).toBe(200);
    expect((await get({ range: "bytes=0-9", "if-range": etag })).status).toBe(206);
    expect((await get({ range: "bytes=0-9", "if-range": '"x"' })).status).toBe(200);
  });

  it.each(["other-1.0.0.tgz", "sample-9.9.9.tgz", "..%2f..%2fhtpasswd.tgz", "package.json", "%2e%2e.tgz"])(
    "of another name isn't there: %s",
    async (file) => {
      expect((await fetch(`${registry.url}@peels/sample/-/${file}`)).status).toBe(404);
    },
  );
});

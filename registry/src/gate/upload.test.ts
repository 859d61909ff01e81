import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { generateKey, type SigningKey } from "@banana-peel/signer";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { card, type Json, sampleFiles, signed, tarball } from "../testing/sample-peel.js";
import { type TestRegistry, testRegistry } from "../testing/test-registry.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let token: string;
let key: SigningKey;

beforeAll(async () => {
  registry = await testRegistry({ bases: [card], maxBodyBytes: 200_000, maxPublishes: 2 });
  token = await registry.login("author");
  ({ key } = await generateKey());
});
afterAll(() => registry.close());
afterEach(async () => {
  expect(registry.errors).toEqual([]);
  expect(await readdir(join(registry.storage, "staging")).catch(() => [])).toEqual([]);
});

const packed = async (version: string, change = {}, shape = { k: 2, n: 3 }) =>
  tarball(await signed(sampleFiles({ version, ...change }, shape), key));

async function upload(
  bytes: Buffer,
  version: string,
  change: { name?: string; tag?: string; headers?: Record<string, string | undefined> } = {},
): Promise<{ status: number; body: Json; retryAfter: string | null }> {
  const { name = "@peels%2fsample", tag, headers = {} } = change;
  const all = {
    authorization: `Bearer ${token}`,
    "content-type": "application/octet-stream",
    "banana-peel-integrity": `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
    ...headers,
  };
  const query = tag === undefined ? "" : `?tag=${tag}`;
  const response = await fetch(`${registry.url}-/banana-peel/peels/${name}/${version}${query}`, {
    method: "PUT",
    headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<
      string,
      string
    >,
    body: new Uint8Array(bytes),
  });
  const retryAfter = response.headers.get("retry-after");
  return { status: response.status, body: await response.json(), retryAfter };
}
const rules = ({ body }: { body: Json }) => body.problems.map((problem: Json) => problem.rule);

describe("our own way to publish", () => {
  it("is offered", async () => {
    const { status, body } = await registry.send("GET", "/-/banana-peel");
    expect([status, body]).toEqual([200, { protocol: 1, publish: { maxBytes: 200_000, digestAtEnd: true } }]);
  });

  it("stores the very tarball, tagged as asked", async () => {
    const bytes = await packed("1.0.0");
    const answer = await upload(bytes, "1.0.0", { tag: "beta" });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    const { body } = await registry.send("GET", "/@peels%2fsample");
    expect(body["dist-tags"]).toEqual({ latest: "1.0.0", beta: "1.0.0" });
    const served = await fetch(body.versions["1.0.0"].dist.tarball);
    expect(Buffer.from(await served.arrayBuffer()).equals(bytes)).toBe(true);
    const { body: found } = await registry.send("GET", "/-/v1/search?text=sample");
    expect(found.objects.map((item: Json) => item.package.name)).toContain("@peels/sample");
  });

  it("refuses what npm's way refuses, with the same statuses and codes", async () => {
    const bytes = await packed("2.0.0");
    const before = await registry.stored();
    expect((await upload(bytes, "2.0.0", { headers: { authorization: undefined } })).status).toBe(401);
    expect(rules(await upload(await packed("1.0.0"), "1.0.0"))).toEqual(["VERSION_EXISTS"]);
    expect((await upload(bytes, "2.0.0", { headers: { "content-type": "application/json" } })).status).toBe(
      415,
    );
    expect(rules(await upload(Buffer.alloc(300_000), "2.0.0"))).toEqual(["FILE_TOO_LARGE"]);
    const lie = { "banana-peel-integrity": `sha512-${createHash("sha512").update("x").digest("base64")}` };
    expect(rules(await upload(bytes, "2.0.0", { headers: lie }))).toEqual(["INTEGRITY_MISMATCH"]);
    for (const integrity of ["sha1-abc", undefined])
      expect(
        rules(await upload(bytes, "2.0.0", { headers: { "banana-peel-integrity": integrity } })),
      ).toEqual(["PUBLISH_INVALID"]);
    for (const version of ["2.0.1", "2.0.0+1", "latest", "..%2f.."])
      expect(rules(await upload(bytes, version)), version).toContain("PUBLISH_INVALID");
    expect(rules(await upload(bytes, "2.0.0", { name: "@peels%2fother" }))).toContain("PUBLISH_INVALID");
    expect(rules(await upload(bytes, "2.0.0", { name: "sample" }))).toEqual(["NAME_INVALID"]);
    for (const tag of ["1.0.0", "..", "%2f"])
      expect(rules(await upload(bytes, "2.0.0", { tag })), tag).toEqual(["PUBLISH_INVALID"]);
    expect(rules(await upload(Buffer.from("<html>"), "2.0.0"))).toEqual(["TARBALL_INVALID"]);
    expect(rules(await upload(Buffer.alloc(0), "2.0.0"))).toEqual(["TARBALL_INVALID"]);
    expect(rules(await upload(await packed("2.0.0", {}, { k: 4, n: 3 }), "2.0.0"))).toContain(
      "peel/base-shape",
    );
    const unsigned = tarball(sampleFiles({ version: "2.0.0" }));
    expect(rules(await upload(unsigned, "2.0.0"))).toContain("SIGNATURE_MISSING");
    expect(await registry.stored()).toEqual(before);
  });

  it("takes the digest behind the tarball, and holds the tarball to it", async () => {
    const end = { "banana-peel-integrity": "at-end" };
    const digest = (bytes: string | Buffer) => createHash("sha512").update(bytes).digest();
    const bytes = await packed("2.1.0");
    const before = await registry.stored();
    const refused = async (body: Buffer) => rules(await upload(body, "2.1.0", { headers: end }));
    expect(await refused(Buffer.concat([bytes, digest("another")]))).toEqual(["INTEGRITY_MISMATCH"]);
    expect(await refused(bytes)).toEqual(["INTEGRITY_MISMATCH"]);
    expect(await refused(digest(""))).toEqual(["TARBALL_INVALID"]);
    expect(await refused(digest("").subarray(1))).toEqual(["PUBLISH_INVALID"]);
    // Without content-length nobody knows where the tarball ends.
    const chunked = await fetch(`${registry.url}-/banana-peel/peels/@peels%2fsample/2.1.0`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/octet-stream", ...end },
      body: new Blob([new Uint8Array(bytes), new Uint8Array(digest(bytes))]).stream(),
      duplex: "half",
    } as RequestInit);
    expect([chunked.status, rules({ body: await chunked.json() })]).toEqual([422, ["PUBLISH_INVALID"]]);
    expect(await refused(Buffer.alloc(200_065))).toEqual(["FILE_TOO_LARGE"]);
    // What is behind the tarball doesn't count among its bytes.
    expect(await refused(Buffer.alloc(200_064))).not.toContain("FILE_TOO_LARGE");
    expect(await registry.stored()).toEqual(before);
    const answer = await upload(Buffer.concat([bytes, digest(bytes)]), "2.1.0", { headers: end });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    const { body } = await registry.send("GET", "/@peels%2fsample");
    const served = await fetch(body.versions["2.1.0"].dist.tarball);
    expect(Buffer.from(await served.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it("stores nothing of a request that breaks off, whenever it does", async () => {
    const bytes = await packed("3.0.0");
    const before = await registry.stored();
    for (const part of [0, 1, 700, bytes.length - 1]) {
      await new Promise<void>((resolve) => {
        const { host } = new URL(registry.url);
        const sent = request(`http://${host}/-/banana-peel/peels/@peels%2fsample/3.0.0`, {
          method: "PUT",
          headers: {
            authorization: `Bearer ${token}`,
            "content-type": "application/octet-stream",
            "content-length": bytes.length,
            "banana-peel-integrity": `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
          },
        });
        sent.on("error", () => resolve());
        sent.write(bytes.subarray(0, part));
        setTimeout(() => sent.destroy(new Error("as the test asks")), 30);
      });
    }
    // The registry hears of the end a moment later.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await vi.waitFor(async () => expect(await registry.stored()).toEqual(before), { timeout: 10_000 });
    expect((await upload(bytes, "3.0.0")).status).toBe(201);
  });

  it("takes many at once: each version once, nothing lost, some told to come again", async () => {
    const versions = Array.from({ length: 24 }, (_, i) => `4.0.${i % 12}`);
    const all = await Promise.all(versions.map(async (version) => upload(await packed(version), version)));
    const count = (status: number) => all.filter((answer) => answer.status === status).length;
    expect([count(201), count(409)]).toEqual([12, 12]);
    const { body } = await registry.send("GET", "/@peels%2fsample");
    for (let i = 0; i < 12; i++) expect(body.versions).toHaveProperty([`4.0.${i}`]);
    await registry.restart();
    const { body: after } = await registry.send("GET", "/@peels%2fsample");
    expect(Object.keys(after.versions)).toEqual(Object.keys(body.versions));
    const flood = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => upload(await packed(`5.0.${i}`), `5.0.${i}`)),
    );
    expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([201, 503]));
    for (const { status, retryAfter } of flood) expect(retryAfter).toBe(status === 503 ? "5" : null);
  });
});

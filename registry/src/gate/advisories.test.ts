import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type TestRegistry, testRegistry } from "../testing/test-registry.js";

// Verdaccio takes a second to load, and much longer on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const PATH = "/-/npm/v1/security/advisories/bulk";
const advisory = {
  id: 1,
  name: "@peels/sample",
  title: "Draws a trademark",
  severity: "high",
  vulnerable_versions: "<1.2.0",
  url: "https://example.com/1",
};
let registry: TestRegistry;
beforeAll(async () => {
  registry = await testRegistry();
});
beforeEach(() => {
  registry.errors.length = 0;
});
afterAll(() => registry.close());

const write = (value: unknown) =>
  writeFile(
    join(registry.storage, "advisories.json"),
    typeof value === "string" ? value : JSON.stringify(value),
  );
const ask = (body: unknown) => registry.send("POST", PATH, { body });

describe("advisories", () => {
  it("are none without the operator's file", async () => {
    expect(await ask({ "@peels/sample": ["1.0.0"] })).toEqual({ status: 200, body: {} });
  });

  it("are those on the names that are asked for, without a restart", async () => {
    await write([advisory, { ...advisory, id: 2, name: "@peels/other" }]);
    const { name, ...shown } = advisory;
    const expected = { status: 200, body: { [name]: [shown] } };
    expect(await ask({ "@peels/sample": ["1.0.0"], "@peels/none": ["1.0.0"] })).toEqual(expected);
    const response = await fetch(registry.url.slice(0, -1) + PATH, {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body: gzipSync(JSON.stringify({ "@peels/sample": ["1.0.0"] })),
    });
    expect([response.status, await response.json()], "as npm sends it").toEqual([200, expected.body]);
  });

  it("refuse what is no question", async () => {
    for (const body of ["[]", "null", "1", "{", ""]) expect((await ask(body)).status, body).toBe(400);
    expect((await ask(JSON.stringify({ x: "y".repeat(5_000_000) }))).status).toBe(413);
    expect(registry.errors).toEqual([]);
  });

  it("say nothing to clients of a broken file, and all to the operator", async () => {
    for (const broken of [
      "{",
      {},
      [{ ...advisory, name: "../x" }],
      [{ ...advisory, severity: "bad" }],
      [{ ...advisory, url: 1 }],
      [null],
    ]) {
      registry.errors.length = 0;
      await write(broken);
      expect((await ask({ "@peels/sample": ["1.0.0"] })).status).toBe(500);
      expect(registry.errors).toHaveLength(1);
    }
  });
});

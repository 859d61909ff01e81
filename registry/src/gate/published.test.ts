import { createHash } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateKey, type SigningKey } from "@banana-peel/signer";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { card, type Json, publishBody, sampleFiles, signed, tarball } from "../testing/sample-peel.js";
import { type TestRegistry, testRegistry } from "../testing/test-registry.js";

// Verdaccio takes a second to load, and much longer on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let token: string;
let key: SigningKey;
let other: SigningKey;

beforeAll(async () => {
  registry = await testRegistry({ bases: [card] });
  token = await registry.login("author");
  ({ key } = await generateKey());
  ({ key: other } = await generateKey("P-384"));
});
afterAll(() => registry.close());

/** A publish document of the sample in a version, signed by a key. */
async function document(version: string, by = key, name = "@peels/sample"): Promise<Json> {
  return publishBody(tarball(await signed(sampleFiles({ name, version }), by)), name, version);
}

const metadata = async (name = "@peels%2fsample"): Promise<Json> =>
  (await registry.send("GET", `/${name}`)).body;

describe("a published peel", () => {
  it("is accepted, served with its own digest, and told of its signer", async () => {
    const published = await document("1.0.0");
    const answer = await registry.publish(published, token);
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    expect(answer.body).toMatchObject({ success: true, signer: key.identity.fingerprint });
    const { versions, "dist-tags": tags, readme } = await metadata();
    expect(tags).toEqual({ latest: "1.0.0" });
    expect(readme ?? versions["1.0.0"].readme).toContain("# Sample");
    const { dist, bananaPeel } = versions["1.0.0"];
    expect(bananaPeel.adapters).toEqual([{ family: "nano", range: "^1.0.0" }]);
    expect(dist.tarball.startsWith(registry.url)).toBe(true);
    const bytes = new Uint8Array(await (await fetch(dist.tarball)).arrayBuffer());
    expect(`sha512-${createHash("sha512").update(bytes).digest("base64")}`).toBe(dist.integrity);
    expect(dist.integrity).toBe(published.versions["1.0.0"].dist.integrity);
  });

  it("shows what was signed, whatever the request claimed beside it", async () => {
    const claimed = await document("1.1.0");
    Object.assign(claimed.versions["1.1.0"], {
      scripts: { postinstall: "evil" },
      dependencies: { evil: "*" },
      bin: { evil: "x" },
      bananaPeel: { formatVersion: 1, adapters: [{ family: "other", range: "*" }] },
      description: "@@tarball@@",
    });
    Object.assign(claimed, { description: "evil", users: { author: true }, maintainers: [{ name: "evil" }] });
    expect((await registry.publish(claimed, token)).status).toBe(201);
    const version = (await metadata()).versions["1.1.0"];
    expect(version).not.toHaveProperty("scripts");
    expect(version).not.toHaveProperty("dependencies");
    expect(version).not.toHaveProperty("bin");
    expect(version.description).toBe("A sample.");
    expect(version.bananaPeel.adapters[0].family).toBe("nano");
  });

  it("can't be published again, with the same bytes, others, or build metadata", async () => {
    const before = await metadata();
    for (const version of ["1.0.0", "1.1.0"]) {
      const answer = await registry.publish(await document(version), token);
      expect(answer.status).toBe(409);
      expect(answer.body.problems[0]).toMatchObject({ rule: "VERSION_EXISTS" });
    }
    const build = await registry.publish(await document("1.0.0+2"), token);
    expect(build.status).toBe(422);
    expect(build.body.problems[0]).toMatchObject({ rule: "PUBLISH_INVALID" });
    expect(await metadata()).toEqual(before);
  });

  it("keeps its name for its signer, also after a restart, also for other users", async () => {
    const before = await registry.stored();
    const theirs = await registry.publish(await document("2.0.0", other), token);
    expect(theirs.status).toBe(422);
    expect(theirs.body.problems[0]).toMatchObject({ rule: "SIGNER_CHANGED", where: "@peels/sample" });
    await registry.restart();
    const stranger = await registry.login("stranger");
    expect((await registry.publish(await document("2.0.0", other), stranger)).body.problems[0].rule).toBe(
      "SIGNER_CHANGED",
    );
    expect(await registry.stored()).toEqual(before);
    expect((await registry.publish(await document("2.0.0"), token)).status).toBe(201);
  });

  it("has one first signer when two race for a name", async () => {
    const name = "@peels/race";
    const answers = await Promise.all(
      [key, other, key, other].map(async (by, i) =>
        registry.publish(await document(`1.0.${i}`, by, name), token),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, 201, 422, 422]);
  });

  it("is stored once when a version is sent twice at once", async () => {
    const name = "@peels/twice";
    const sent = await document("1.0.0", key, name);
    const answers = await Promise.all([registry.publish(sent, token), registry.publish(sent, token)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it("has tags that its publishers move, to versions that exist", async () => {
    const tag = (method: string, name: string, by: string | undefined, version?: string) =>
      registry.send(method, `/-/package/@peels%2fsample/dist-tags/${name}`, {
        token: by,
        body: version === undefined ? undefined : JSON.stringify(version),
      });
    const stranger = await registry.login("tagger");
    expect((await tag("PUT", "latest", stranger, "1.0.0")).status).toBe(403);
    expect((await tag("PUT", "latest", undefined, "1.0.0")).status).toBe(401);
    expect((await tag("PUT", "v1", token, "1.0.0")).status).toBe(405);
    expect((await tag("PUT", "stable", token, "9.9.9")).status).toBe(404);
    expect((await tag("PUT", "stable", token, "1.0.0")).status).toBe(201);
    expect((await metadata())["dist-tags"]).toMatchObject({ stable: "1.0.0" });
    expect((await tag("DELETE", "stable", stranger)).status).toBe(403);
    expect((await tag("DELETE", "stable", token)).status).toBe(201);
    expect((await metadata())["dist-tags"]).not.toHaveProperty("stable");
  });

  it("can't be changed by any other request of npm's protocol", async () => {
    const before = [await metadata(), await registry.stored()];
    const full = (await metadata()) as Json;
    const changed = structuredClone(full);
    changed.versions["1.0.0"].description = "no";
    const smuggled = structuredClone(full);
    smuggled.versions["9.0.0"] = { ...full.versions["1.0.0"], version: "9.0.0" };
    const attempts: [string, string, unknown][] = [
      ["PUT", "/@peels%2fsample", changed],
      ["PUT", "/@peels%2fsample", smuggled],
      ["PUT", "/@peels%2fsample", { _attachments: {} }],
      ["PUT", "/@peels%2fsample", { users: { author: true } }],
      ["PUT", "/@peels/sample", smuggled],
      ["PUT", "/@peels%2fsample?write=true", smuggled],
      ["PUT", `/@peels%2fsample/-rev/${full._rev}`, smuggled],
      ["PUT", "/@peels%2fsample/-/sample-9.0.0.tgz/x", "bytes"],
      ["PUT", "/@peels%2fsample/latest", '"1.0.0"'],
      ["PUT", "/@peels%2fsample/9.0.0/-tag/latest", full.versions["1.0.0"]],
      ["PUT", "/%40peels%2fsample", smuggled],
      ["PUT", "//@peels%2fsample", smuggled],
      ["PUT", "/@peels%2fsample/", smuggled],
      ["PUT", "/@PEELS%2fsample", smuggled],
      ["POST", "/@peels%2fsample", smuggled],
      ["PATCH", "/@peels%2fsample", smuggled],
      ["POST", "/-/package/@peels%2fsample/dist-tags", { latest: "9.0.0" }],
      ["DELETE", `/@peels%2fsample/-/sample-1.0.0.tgz/-rev/${full._rev}`, undefined],
      ["DELETE", "/@peels%2fsample", undefined],
      ["PUT", "/-/all", {}],
      ["POST", "/-/verdaccio/sec/login", {}],
    ];
    for (const [method, path, body] of attempts) {
      const { status } = await registry.send(method, path, {
        token,
        body,
        headers: { "x-http-method-override": "PUT" },
      });
      expect(status, `${method} ${path}`).toBeGreaterThanOrEqual(400);
      expect(status, `${method} ${path}`).toBeLessThan(500);
    }
    expect([await metadata(), await registry.stored()]).toEqual(before);
  });

  it("leaves the name to its owner when the storage lost the package", async () => {
    const name = "@peels/lost";
    expect((await registry.publish(await document("1.0.0", key, name), token)).status).toBe(201);
    await rm(join(registry.storage, "packages", name), { recursive: true });
    expect((await registry.publish(await document("1.0.0", other, name), token)).status).toBe(422);
    expect((await registry.publish(await document("1.0.0", key, name), token)).status).toBe(201);
  });

  it("closes a name whose owner can't be read, and says so to the operator only", async () => {
    const name = "@peels/broken";
    expect((await registry.publish(await document("1.0.0", key, name), token)).status).toBe(201);
    const file = join(registry.storage, "owners", `${encodeURIComponent(name)}.json`);
    const before = await registry.stored();
    for (const content of ["", "{", "{}", "null", '{"signer":"x","publishers":[]}']) {
      await writeFile(file, content);
      registry.errors.length = 0;
      const answer = await registry.publish(await document("1.1.0", key, name), token);
      expect(answer.status).toBe(500);
      expect(JSON.stringify(answer.body)).not.toContain(registry.storage);
      expect(registry.errors).toHaveLength(1);
      expect(registry.errors[0]).toMatchObject({ code: "STORAGE_INVALID" });
    }
    expect(await registry.stored()).toEqual(before);
    registry.errors.length = 0;
  });
});

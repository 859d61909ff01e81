import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { generateKey, type SigningKey } from "@banana-peel/signer";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { card, type Json, publishBody, sampleFiles, signed, tarball } from "../testing/sample-peel.js";
import { type TestRegistry, testRegistry } from "../testing/test-registry.js";

// Verdaccio takes a second to load, and much longer on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let token: string;
let stranger: string;
let key: SigningKey;
beforeAll(async () => {
  registry = await testRegistry({ bases: [card] });
  token = await registry.login("author");
  stranger = await registry.login("stranger");
  ({ key } = await generateKey());
});
afterAll(async () => {
  expect(registry.errors).toEqual([]);
  await registry.close();
});

let count = 0;
/** A name of its own with some versions published. */
async function published(...versions: string[]): Promise<{ name: string; path: string }> {
  const name = `@peels/sample-${++count}`;
  for (const version of versions) expect((await publish(name, version)).status).toBe(201);
  return { name, path: `/${name.replace("/", "%2f")}` };
}
async function publish(name: string, version: string) {
  const bytes = tarball(await signed(sampleFiles({ name, version }), key));
  return registry.publish(publishBody(bytes, name, version), token);
}
const metadata = async (path: string): Promise<Json> =>
  (await registry.send("GET", `${path}?write=true`)).body;
const put = (path: string, body: unknown, by: string | undefined = token) =>
  registry.send("PUT", path, { token: by, body });

describe("deprecating", () => {
  it("marks versions, takes it back, and changes nothing else", async () => {
    const { path } = await published("1.0.0", "1.1.0");
    const before = await metadata(path);
    const sent = structuredClone(before);
    sent.versions["1.0.0"].deprecated = "too blurred";
    const answer = await put(path, sent);
    expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 201, body: { success: true } });
    const after = await metadata(path);
    expect(after.versions["1.0.0"].deprecated).toBe("too blurred");
    expect(after.versions["1.1.0"]).toEqual(before.versions["1.1.0"]);
    expect(after["dist-tags"]).toEqual(before["dist-tags"]);
    sent.versions["1.0.0"].deprecated = "";
    expect((await put(path, sent)).status).toBe(201);
    expect((await metadata(path)).versions).toEqual(before.versions);
  });

  it("is for those who published, logged in", async () => {
    const { path } = await published("1.0.0");
    const before = await metadata(path);
    const sent = structuredClone(before);
    sent.versions["1.0.0"].deprecated = "spite";
    expect((await put(path, sent, stranger)).status).toBe(403);
    expect((await put(`${path}/-rev/${sent._rev}`, sent, stranger)).status).toBe(403);
    expect((await registry.send("PUT", path, { body: sent })).status).toBe(401);
    expect((await put("/@peels%2fnone", { ...sent, name: "@peels/none" })).status).toBe(404);
    expect(await metadata(path)).toEqual(before);
  });

  it("is refused with any other change beside it", async () => {
    const { path } = await published("1.0.0", "1.1.0");
    const before = await metadata(path);
    const changes: [string, (document: Json) => void][] = [
      ["another description", (d) => (d.versions["1.0.0"].description = "evil")],
      [
        "another digest",
        (d) => (d.versions["1.0.0"].dist.integrity = before.versions["1.1.0"].dist.integrity),
      ],
      ["another base", (d) => (d.versions["1.0.0"].bananaPeel.adapters[0].range = "*")],
      ["a script", (d) => (d.versions["1.0.0"].scripts = { install: "evil" })],
      ["a version more", (d) => (d.versions["9.0.0"] = d.versions["1.0.0"])],
      ["a version less", (d) => delete d.versions["1.1.0"]],
      ["no versions", (d) => delete d.versions],
      ["a list of versions", (d) => (d.versions = [])],
      ["another tag", (d) => (d["dist-tags"].latest = "1.0.0")],
      ["one tag more", (d) => (d["dist-tags"].evil = "1.0.0")],
      ["no tags", (d) => delete d["dist-tags"]],
      ["another name", (d) => (d.name = "@peels/evil")],
      ["a message that is none", (d) => (d.versions["1.0.0"].deprecated = { evil: true })],
      ["a message of two lines", (d) => (d.versions["1.0.0"].deprecated = "a\nb")],
      ["a message with an escape", (d) => (d.versions["1.0.0"].deprecated = "\u001b[31m")],
      ["a message too long", (d) => (d.versions["1.0.0"].deprecated = "x".repeat(1001))],
    ];
    for (const [what, change] of changes) {
      const sent = structuredClone(before);
      sent.versions["1.1.0"].deprecated = "old";
      change(sent);
      expect((await put(path, sent)).status, what).toBe(422);
    }
    expect(await metadata(path)).toEqual(before);
  });
});

describe("unpublishing", () => {
  it("takes a version and its tarball away; its number is never used again", async () => {
    const { name, path } = await published("1.0.0", "1.1.0");
    const sent = await metadata(path);
    const { tarball: url } = sent.versions["1.1.0"].dist;
    expect((await fetch(url)).status).toBe(200);
    delete sent.versions["1.1.0"];
    sent["dist-tags"].latest = "1.0.0";
    expect((await put(`${path}/-rev/${sent._rev}`, sent)).status).toBe(201);
    const after = await metadata(path);
    expect(Object.keys(after.versions)).toEqual(["1.0.0"]);
    expect(after["dist-tags"]).toEqual({ latest: "1.0.0" });
    expect((await fetch(url)).status).toBe(404);
    const step = `${path}/-/${name.slice(7)}-1.1.0.tgz/-rev/${after._rev}`;
    expect((await registry.send("DELETE", step, { token })).status, "npm's last step").toBe(201);
    expect((await publish(name, "1.1.0")).status).toBe(409);
    expect((await publish(name, "1.1.1")).status).toBe(201);
    expect((await publish(name, "1.1.0")).status, "also after the next publish").toBe(409);
    await registry.restart();
    expect((await publish(name, "1.1.0")).status, "and after a restart").toBe(409);
  });

  it("finds a tag for latest when the client sent none", async () => {
    const { path } = await published("1.0.0", "1.1.0");
    const sent = await metadata(path);
    delete sent.versions["1.1.0"];
    sent["dist-tags"] = {};
    expect((await put(`${path}/-rev/1`, sent)).status).toBe(201);
    expect((await metadata(path))["dist-tags"]).toEqual({ latest: "1.0.0" });
  });

  it("takes the whole peel away, and leaves the name to its owner", async () => {
    const { name, path } = await published("1.0.0", "1.1.0");
    expect((await registry.send("DELETE", `${path}/-rev/1`, { token: stranger })).status).toBe(403);
    expect((await registry.send("DELETE", `${path}/-rev/1`)).status).toBe(401);
    expect((await registry.send("DELETE", `${path}/-rev/1`, { token })).status).toBe(201);
    expect((await registry.send("GET", path)).status).toBe(404);
    expect((await registry.stored()).filter((file) => file.startsWith(`packages/${name}`))).toEqual([]);
    expect((await registry.send("DELETE", `${path}/-rev/1`, { token })).status).toBe(404);
    expect((await publish(name, "1.0.0")).status).toBe(409);
    const { key: other } = await generateKey();
    const bytes = tarball(await signed(sampleFiles({ name, version: "2.0.0" }), other));
    expect((await registry.publish(publishBody(bytes, name, "2.0.0"), stranger)).status).toBe(422);
    expect((await publish(name, "2.0.0")).status).toBe(201);
    const owner = await readFile(
      join(registry.storage, "owners", `${encodeURIComponent(name)}.json`),
      "utf8",
    );
    expect(JSON.parse(owner).retired).toEqual(["1.0.0", "1.1.0"]);
  });

  it("is refused to others, for every version at once, with a change beside it, and for a tarball in use", async () => {
    const { name, path } = await published("1.0.0", "1.1.0");
    const before = await metadata(path);
    const without = (change: (document: Json) => void): Json => {
      const sent = structuredClone(before);
      change(sent);
      return sent;
    };
    const revised = `${path}/-rev/${before._rev}`;
    const less = without((d) => delete d.versions["1.0.0"]);
    expect((await put(revised, less, stranger)).status).toBe(403);
    for (const [what, sent] of [
      ["none left", without((d) => (d.versions = {}))],
      ["one more", without((d) => (d.versions["9.0.0"] = d.versions["1.0.0"]))],
      ["changed", { ...less, versions: { "1.1.0": { ...less.versions["1.1.0"], description: "evil" } } }],
      ["tag moved", { ...less, "dist-tags": { latest: "1.0.0" } }],
      ["owners", { _id: name, _rev: before._rev, maintainers: [{ name: "stranger" }] }],
      ["stars", { _id: name, _rev: before._rev, users: { author: true } }],
      ["null", null],
      ["a list", []],
    ] as const)
      expect((await put(revised, sent)).status, what).toBe(422);
    expect((await put(revised, "{")).status, "no JSON").toBe(400);
    const used = `${path}/-/${name.slice(7)}-1.0.0.tgz/-rev/1`;
    expect((await registry.send("DELETE", used, { token })).status).toBe(405);
    expect((await registry.send("DELETE", used, { token: stranger })).status).toBe(403);
    expect(await metadata(path)).toEqual(before);
    expect((await fetch(before.versions["1.0.0"].dist.tarball)).status).toBe(200);
  });
});

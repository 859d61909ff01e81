import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memorySource } from "@banana-peel/format";
import type { SigningKey } from "@banana-peel/signer";
import { parseLockfile, parseProject } from "@banana-peel/validator";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { addPeels } from "./add.js";
import { packPeel } from "./tarball/pack.js";
import { expectCode } from "./testing/expect-code.js";
import { sampleProject } from "./testing/project.js";
import { newKey, sampleCard, sampleFiles, samplePacked, signFiles } from "./testing/sample-peel.js";
import { removeScratch, snapshot } from "./testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "./testing/test-registry.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let key: SigningKey;
let app: Awaited<ReturnType<typeof sampleProject>>;
beforeAll(async () => {
  key = await newKey();
});
beforeEach(async () => {
  registry = await startTestRegistry();
  app = await sampleProject(registry.url);
});
afterEach(() => registry.close());
afterAll(removeScratch);

const text = (file: string) => readFile(join(app.project, file), "utf8");
const add = (requests: string[], more = {}) => addPeels({ ...app.options, requests, ...more });

/** The command fails with a code, and leaves the project and the store as they were. */
async function refuses(code: Parameters<typeof expectCode>[1], requests: string[], more = {}) {
  const before = await snapshot(app.root);
  const error = await expectCode(add(requests, more), code);
  expect(await snapshot(app.root)).toEqual(before);
  expect(error.hint ?? "", "a hint").not.toBe(code === "CANCELLED" ? undefined : "");
  return error;
}

describe("addPeels", () => {
  it("adds a peel: verified files, banana.json, banana.lock, and a report", async () => {
    const packed = await samplePacked(key, { notice: "For tests.", triggers: [{ word: "test-word" }] });
    registry.put(packed);
    const report = await add(["sample"]);
    expect(report.peels).toEqual([
      {
        name: "@peels/sample",
        version: "1.0.0",
        title: undefined,
        registry: registry.url,
        integrity: packed.integrity,
        root: expect.stringMatching(/^[0-9a-f]{64}$/),
        bytes: expect.any(Number),
        from: "registry",
        signer: { fingerprint: key.identity.fingerprint, basis: "first-contact" },
        bases: [{ family: "nano", version: "1.2.0", file: "adapter.safetensors" }],
        notice: "For tests.",
        triggers: ["test-word"],
        license: "CC0-1.0",
        range: "^1.0.0",
        deprecated: undefined,
      },
    ]);
    const project = parseProject(Buffer.from(await text("banana.json")));
    expect(project).toEqual({ formatVersion: 1, bases: ["./base"], peels: { "@peels/sample": "^1.0.0" } });
    const lock = parseLockfile(Buffer.from(await text("banana.lock")));
    expect(lock.peels["@peels/sample"]).toMatchObject({
      version: "1.0.0",
      registry: registry.url,
      integrity: packed.integrity,
      signer: key.identity.fingerprint,
      adapters: [{ file: "adapter.safetensors", family: "nano", version: "1.2.0" }],
    });
    expect(await text("banana.lock")).toMatch(/^\{\n {2}"lockVersion": 1,[\s\S]*\}\n$/);
    const adapter = await stat(join(app.project, "peels/@peels/sample/adapter.safetensors"));
    expect(adapter.mode & 0o222, "read-only").toBe(0);
    expect(adapter.nlink, "shared with the store").toBe(2);
    expect(
      Object.keys(await snapshot(join(app.project, "peels"))).filter((path) => path.includes("staging")),
    ).toEqual([]);
    expect(Object.keys(await snapshot(app.store)).filter((path) => /tmp.+/.test(path))).toEqual([]);
  });

  it("takes it from the store the second time, and writes the same files", async () => {
    registry.put(await samplePacked(key));
    await add(["sample"]);
    const before = await snapshot(app.project);
    registry.requests.length = 0;
    const again = await add(["sample@^1.0.0"]);
    expect(again.peels[0]).toMatchObject({ from: "store", signer: { basis: "pinned" } });
    expect(registry.requests).toEqual(["GET /@peels%2fsample"]);
    expect(await snapshot(app.project)).toEqual(before);
  });

  it("replaces a version, keeps other peels, and sorts", async () => {
    for (const options of [
      { name: "@peels/z" },
      { name: "@peels/a" },
      { name: "@peels/a", version: "1.1.0" },
    ])
      registry.put(await samplePacked(key, options));
    await add(["z", "a@1.0.0"]);
    await add(["a@^1.0.0"]);
    const lock = parseLockfile(Buffer.from(await text("banana.lock")));
    expect(Object.keys(lock.peels)).toEqual(["@peels/a", "@peels/z"]);
    expect(lock.peels["@peels/a"]?.version).toBe("1.1.0");
    expect(await text("peels/@peels/a/peel.json")).toContain('"1.1.0"');
  });

  it("finds a corrupted store entry and fetches it again", async () => {
    const packed = await samplePacked(key);
    registry.put(packed);
    await add(["sample"]);
    const stored = Object.keys(await snapshot(app.store)).find((path) =>
      path.endsWith("adapter.safetensors"),
    )!;
    const { chmod, unlink } = await import("node:fs/promises");
    // Not through the hard link, which would change the project's file as well.
    await unlink(join(app.store, stored));
    await writeFile(join(app.store, stored), "garbage");
    await chmod(join(app.store, stored), 0o444);
    registry.requests.length = 0;
    expect((await add(["sample"])).peels[0]).toMatchObject({ from: "registry" });
    expect(registry.requests).toContain("GET /@peels/sample/-/1.0.0.tgz");
    expect((await add(["sample"])).peels[0]).toMatchObject({ from: "store" });
  });

  it("makes a project's files when there are none, for a base of its own", async () => {
    registry.put(await samplePacked(key));
    await writeFile(join(app.project, "banana.json"), '{"formatVersion":1,"bases":["base"]}');
    await add(["sample"]);
    expect(await text("banana.json")).toContain('"@peels/sample": "^1.0.0"');
  });

  it("lets two processes' worth of commands run at once", async () => {
    for (const name of ["@peels/a", "@peels/b", "@peels/c"]) registry.put(await samplePacked(key, { name }));
    await Promise.all(["a", "b", "c"].map((name) => add([name])));
    expect(Object.keys(parseLockfile(Buffer.from(await text("banana.lock"))).peels)).toHaveLength(3);
  });
});

describe("addPeels refuses, and leaves everything as it was", () => {
  it("what the resolver refuses", async () => {
    registry.put(await samplePacked(key));
    const unknown = await refuses("PEEL_UNKNOWN", ["smaple"]);
    expect(unknown.hint).toBe("Did you mean @peels/sample?");
    await refuses("VERSION_UNSATISFIED", ["sample@^2.0.0"]);
    registry.put(await samplePacked(key, { name: "@peels/other", family: "minilm" }));
    await refuses("BASE_INCOMPATIBLE", ["other"]);
    registry.put(await samplePacked(key, { name: "@peels/plain" }), { bananaPeel: undefined });
    await refuses("NOT_A_PEEL", ["plain"]);
    await refuses("NAME_INVALID", ["../sample"]);
    await refuses("USAGE", ["sample", "sample@1.0.0"]);
    await refuses("USAGE", []);
  });

  it("right family, wrong shapes; unknown targets", async () => {
    registry.put(await samplePacked(key, { k: 16 }));
    expect((await refuses("SHAPE_MISMATCH", ["sample"])).message).toMatch(/16/);
    registry.put(await samplePacked(key, { name: "@peels/far", target: "blocks.9.attn.q_proj" }));
    await refuses("TARGET_UNKNOWN", ["far"]);
  });

  it("a peel of several when another one fails", async () => {
    registry.put(await samplePacked(key));
    registry.put(await samplePacked(key, { name: "@peels/wrong", k: 16 }));
    await refuses("SHAPE_MISMATCH", ["sample", "wrong"]);
  });

  it("a tarball with one byte changed", async () => {
    const packed = await samplePacked(key);
    for (const at of [0, 20, 600, packed.tarball.length - 5]) {
      const tarball = Buffer.from(packed.tarball);
      tarball[at]! ^= 1;
      registry.put({ ...packed, tarball });
      const error = await refuses("INTEGRITY_MISMATCH", ["sample"]);
      expect(error.details?.expected).toBe(packed.integrity);
    }
  });

  it("a signature that is missing, of another key's, or over other files", async () => {
    const unsigned = await packPeel(memorySource(sampleFiles()));
    registry.put(unsigned);
    await refuses("SIGNATURE_MISSING", ["sample"]);
    const signed = await signFiles(sampleFiles(), key);
    const other = await signFiles(sampleFiles(), await newKey());
    registry.put(
      await packPeel(memorySource(new Map([...signed, ["signer.pem", other.get("signer.pem")!]]))),
    );
    await refuses("SIGNATURE_INVALID", ["sample"]);
    registry.put(await packPeel(memorySource(new Map([...signed, ["README.md", Buffer.from("# Other\n")]]))));
    await refuses("SIGNED_FILES_DIFFER", ["sample"]);
  });

  it("a peel under another peel's name or version", async () => {
    const other = await samplePacked(key, { name: "@peels/other" });
    const sample = await samplePacked(key);
    registry.put({ ...other, manifest: sample.manifest });
    expect((await refuses("PEEL_INVALID", ["sample"])).message).toContain("found @peels/other@1.0.0");
    const old = await samplePacked(key, { version: "0.9.0" });
    registry.put({ ...old, manifest: sample.manifest });
    await refuses("PEEL_INVALID", ["sample"]);
  });

  it("metadata that promises another base than the signed peel says", async () => {
    const packed = await samplePacked(key, { family: "minilm" });
    registry.put(packed, {
      bananaPeel: { formatVersion: 1, adapters: [{ family: "nano", range: "^1.0.0" }] },
    });
    await refuses("BASE_INCOMPATIBLE", ["sample"]);
  });

  it("a signer that the policy doesn't name, and a signer that changed", async () => {
    const other = await newKey();
    registry.put(await samplePacked(key));
    await add(["sample@1.0.0"]);
    registry.put(await samplePacked(other, { version: "1.1.0" }));
    await refuses("SIGNER_CHANGED", ["sample@^1.0.0"]);
    await refuses("SIGNER_CHANGED", ["sample@^1.0.0"], { accept: key.identity.fingerprint });
    await refuses("USAGE", ["sample@^1.0.0"], { accept: "yes" });
    const accepted = await add(["sample@^1.0.0"], { accept: other.identity.fingerprint });
    expect(accepted.peels[0]?.signer).toEqual({ fingerprint: other.identity.fingerprint, basis: "accepted" });

    const policy = { formatVersion: 1, bases: ["./base"], trust: { "@peels/*": [key.identity.fingerprint] } };
    await writeFile(join(app.project, "banana.json"), JSON.stringify(policy));
    await refuses("SIGNER_NOT_TRUSTED", ["sample@1.1.0"]);
    expect((await add(["sample@1.0.0"])).peels[0]?.signer.basis).toBe("policy");
  });

  it("a version that the registry changed after it was locked", async () => {
    registry.put(await samplePacked(key));
    await add(["sample"]);
    registry.put(await samplePacked(key, { notice: "Changed." }));
    await refuses("INTEGRITY_MISMATCH", ["sample"]);
  });

  it("a project whose files are broken", async () => {
    const put = (file: string, content: string) => writeFile(join(app.project, file), content);
    await put("banana.json", '{"formatVersion":1,"bases":["nowhere"]}');
    await refuses("FILE_MISSING", ["sample"]);
    await put("banana.json", '{"formatVersion":1,');
    await refuses("JSON_INVALID", ["sample"]);
    await put("banana.json", '{"formatVersion":2}');
    await refuses("FORMAT_VERSION_UNKNOWN", ["sample"]);
    await put("banana.json", '{"formatVersion":1,"peels":[]}');
    await refuses("SCHEMA_INVALID", ["sample"]);
    await put("banana.json", '{"formatVersion":1,"bases":["./base"]}');
    await put("banana.lock", '{\n<<<<<<< HEAD\n  "lockVersion": 1,\n');
    await refuses("PROJECT_INVALID", ["sample"]);
    await put("banana.lock", '{"lockVersion":1,"peels":{},"peels":{}}');
    await refuses("JSON_INVALID", ["sample"]);
  });

  it("a base card that is broken", async () => {
    await writeFile(join(app.project, "base/base.json"), JSON.stringify({ ...sampleCard(), files: [] }));
    await refuses("SCHEMA_INVALID", ["sample"]);
  });
});

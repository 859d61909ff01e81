import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LIMITS } from "@banana-peel/format";
import type { SigningKey } from "@banana-peel/signer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { addPeels } from "../add.js";
import { installPeels } from "../install.js";
import { listPeels } from "../list.js";
import { expectCode } from "../testing/expect-code.js";
import { sampleProject } from "../testing/project.js";
import { newKey, samplePacked } from "../testing/sample-peel.js";
import { removeScratch, snapshot } from "../testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.js";
import { updatePeels } from "../update.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let key: SigningKey;
let other: SigningKey;
let app: Awaited<ReturnType<typeof sampleProject>>;
let text: string;
beforeAll(async () => {
  key = await newKey();
  other = await newKey();
});
beforeEach(async () => {
  registry = await startTestRegistry();
  app = await sampleProject(registry.url);
  for (const name of ["a", "b", "c", "d"])
    for (const version of ["1.0.0", "1.1.0"])
      registry.put(await samplePacked(key, { name: `@peels/${name}`, version }));
  await addPeels({ ...app.options, requests: ["a@1.0.0", "b@1.0.0"] });
  text = await readFile(path("banana.lock"), "utf8");
});
afterEach(() => registry.close());
afterAll(removeScratch);

// biome-ignore lint/suspicious/noExplicitAny: JSON that the tests take apart.
type Json = any;
const path = (file: string) => join(app.project, file);
/** What every command makes of a broken file: the code and the place, and nothing changed. */
async function refused(file: string, content: string, code: Parameters<typeof expectCode>[1], where: string) {
  await writeFile(path(file), content);
  const before = await snapshot(app.root);
  for (const command of [
    () => listPeels({ project: app.project }),
    () => installPeels({ ...app.options, frozen: true }),
    () => addPeels({ ...app.options, requests: ["c"] }),
  ]) {
    const error = await expectCode(command(), code);
    expect(error.where).toEqual(where);
    expect(error.hint).toBeDefined();
  }
  expect(await snapshot(app.root)).toEqual(before);
}

describe("a broken banana.lock", () => {
  it("is refused with the place where it breaks", async () => {
    const line = (word: string) => text.slice(0, text.indexOf(word)).split("\n").length;
    await refused(
      "banana.lock",
      text.slice(0, text.indexOf('"signer"')),
      "JSON_INVALID",
      `banana.lock:${line('"signer"')}:7`,
    );
    const twice = text.replace('"@peels/b"', '"@peels/a"');
    await refused("banana.lock", twice, "JSON_INVALID", `banana.lock:${line('"@peels/b"')}:5`);
    const key2 = text.replace(
      '"version": "1.0.0",\n      "registry"',
      '"version": "1.0.0",\n      "version": "1.0.0",\n      "registry"',
    );
    await refused("banana.lock", key2, "JSON_INVALID", "banana.lock:6:7");
    await refused(
      "banana.lock",
      text.replace("1.0.0", "^1.0.0"),
      "SCHEMA_INVALID",
      "banana.lock:/peels/@peels~1a/version",
    );
    await refused(
      "banana.lock",
      text.replace("sha512-", "sha1-"),
      "SCHEMA_INVALID",
      "banana.lock:/peels/@peels~1a/integrity",
    );
    await refused(
      "banana.lock",
      text.replace("@peels/a", "../a"),
      "SCHEMA_INVALID",
      "banana.lock:/peels/..~1a",
    );
    await refused(
      "banana.lock",
      text.replace("@peels/a", "@peels/\u0430"),
      "SCHEMA_INVALID",
      "banana.lock:/peels/@peels~1\u0430",
    );
    await refused("banana.lock", "", "JSON_INVALID", "banana.lock:1:1");
    await refused("banana.lock", "null", "SCHEMA_INVALID", "banana.lock");
  });

  it("is refused as newer before anything else in it is looked at", async () => {
    const newer = text.replace('"lockVersion": 1', '"lockVersion": 2').replace('"signer"', '"whoSigned"');
    await refused("banana.lock", newer, "FORMAT_VERSION_UNKNOWN", "banana.lock:/lockVersion");
  });

  it("is refused by its size, before it is read", async () => {
    await truncate(path("banana.lock"), LIMITS.jsonBytes + 1);
    const started = performance.now();
    const error = await expectCode(listPeels({ project: app.project }), "FILE_TOO_LARGE");
    expect(error.where).toBe("banana.lock");
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("a broken banana.json", () => {
  it("is refused with the place where it breaks", async () => {
    const manifest = await readFile(path("banana.json"), "utf8");
    await refused(
      "banana.json",
      manifest.slice(0, -4),
      "JSON_INVALID",
      expect.stringMatching(/^banana\.json:\d+:\d+$/),
    );
    await refused(
      "banana.json",
      manifest.replace("1.0.0", "file:../x"),
      "SCHEMA_INVALID",
      "banana.json:/peels/@peels~1a",
    );
    await refused(
      "banana.json",
      manifest.replace("@peels/a", "--global"),
      "SCHEMA_INVALID",
      "banana.json:/peels/--global",
    );
    await refused(
      "banana.json",
      manifest.replace("@peels/a", "@peels/aux"),
      "SCHEMA_INVALID",
      "banana.json:/peels/@peels~1aux",
    );
    await refused(
      "banana.json",
      manifest.replace('"formatVersion": 1', '"formatVersion": 9'),
      "FORMAT_VERSION_UNKNOWN",
      "banana.json:/formatVersion",
    );
    const marked = `<<<<<<< ours\n${manifest}=======\n${manifest}>>>>>>> theirs\n`;
    await refused("banana.json", marked, "PROJECT_INVALID", "banana.json");
  });
});

describe("a lockfile with a merge conflict", () => {
  /** The text of a merge: as git leaves it, with the lines of both sides, in one conflict over all peels. */
  const merged = (ours: string, theirs: string, base?: string) => {
    const inner = (side: string) => side.split("\n").slice(3, -3).join("\n");
    const head = ours.split("\n").slice(0, 3).join("\n");
    const middle = base === undefined ? "" : `||||||| base\n${inner(base)}\n`;
    return `${head}\n<<<<<<< HEAD\n${inner(ours)}\n${middle}=======\n${inner(theirs)}\n>>>>>>> branch\n  }\n}\n`;
  };
  const ask = (peels: Record<string, string>) =>
    writeFile(
      path("banana.json"),
      `${JSON.stringify({ formatVersion: 1, bases: ["./base"], peels }, null, 2)}\n`,
    );
  /** The lockfile of another branch, where other peels were asked for. */
  async function branch(...requests: string[]): Promise<string> {
    const project = await sampleProject(registry.url);
    await addPeels({ ...project.options, requests });
    return readFile(join(project.project, "banana.lock"), "utf8");
  }

  it("is resolved by install: what both have stays, of two the one that banana.json admits", async () => {
    const theirs = await branch("a@1.1.0", "b@1.0.0", "c@1.0.0");
    for (const conflicted of [
      merged(text, theirs),
      merged(text, theirs, text),
      merged(text, theirs).replaceAll("\n", "\r\n"),
    ]) {
      await ask({ "@peels/a": "1.1.0", "@peels/b": "^1.0.0", "@peels/c": "^1.0.0", "@peels/d": "^1.0.0" });
      await writeFile(path("banana.lock"), conflicted);
      await installPeels(app.options);
      const { peels } = JSON.parse(await readFile(path("banana.lock"), "utf8"));
      const versions = Object.entries(peels).map(
        ([name, { version }]: [string, Json]) => `${name}@${version}`,
      );
      expect(versions).toEqual(["@peels/a@1.1.0", "@peels/b@1.0.0", "@peels/c@1.0.0", "@peels/d@1.1.0"]);
      await installPeels({ ...app.options, frozen: true });
    }
  });

  it("is resolved by update and add, also when nothing else changes", async () => {
    await ask({ "@peels/a": "1.0.0", "@peels/b": "1.0.0" });
    await writeFile(path("banana.lock"), merged(text, text));
    await updatePeels(app.options);
    expect(await readFile(path("banana.lock"), "utf8")).toBe(text);
    await writeFile(path("banana.lock"), merged(text, text));
    await addPeels({ ...app.options, requests: ["a@1.0.0"] });
    expect(await readFile(path("banana.lock"), "utf8")).toBe(text);
  });

  it("is for a person where the signers differ, and where a side is no lockfile", async () => {
    const theirs = text.replace(key.identity.fingerprint, other.identity.fingerprint);
    for (const conflicted of [
      merged(text, theirs),
      merged(text, text.replace("sha512-", "sha1-")),
      merged(text, text.replace('"lockVersion": 1', '"lockVersion": 2')).replace(
        '"lockVersion": 1',
        '"lockVersion": 2',
      ),
    ]) {
      await writeFile(path("banana.lock"), conflicted);
      const before = await snapshot(app.root);
      const error = await expectCode(installPeels(app.options), "PROJECT_INVALID");
      expect(error.hint).toMatch(/^Take one side/);
      expect(await snapshot(app.root)).toEqual(before);
    }
  });

  it("is refused by commands that don't write it", async () => {
    await writeFile(path("banana.lock"), merged(text, text));
    for (const command of [
      () => listPeels({ project: app.project }),
      () => installPeels({ ...app.options, frozen: true }),
    ]) {
      const error = await expectCode(command(), "PROJECT_INVALID");
      expect(error).toMatchObject({
        where: "banana.lock",
        hint: "Run banana-peel install, which resolves it.",
      });
    }
  });
});

import { cp, mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeOrt } from "../testing/fake-ort.js";
import { baseFolder } from "../testing/vectors.js";
import { folderFiles } from "./folder-files.js";
import { openBase } from "./open-folder.js";

let folder: string;
const fake = new FakeOrt();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "banana-base-"));
  await cp(baseFolder("channel-int8"), folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("opens a folder, and lets onnxruntime open the base's own graph from there", async () => {
  const base = await openBase(folder, { ort: fake.ort });
  await base.run("main", { x: new fake.ort.Tensor("float32", new Float32Array(96), [1, 4, 24]) });
  expect(fake.sessions[0]!.model).toBe(`${folder}/model.onnx`);
  expect(fake.sessions[0]!.options.externalData).toBeUndefined();
});

it.each<[string, string, () => Promise<unknown>]>([
  ["no such folder", "BASE_FILE_MISSING", () => rm(folder, { recursive: true })],
  ["no card", "BASE_FILE_MISSING", () => rm(join(folder, "base.json"))],
  ["no weights", "BASE_FILE_MISSING", () => rm(join(folder, "model.data"))],
  ["truncated weights", "BASE_FILE_DIFFERS", () => truncate(join(folder, "model.data"), 800)],
  ["a truncated model", "BASE_FILE_DIFFERS", () => truncate(join(folder, "model.onnx"), 800)],
  ["a card that is cut short", "JSON_INVALID", () => truncate(join(folder, "base.json"), 100)],
  ["a card that is none", "SCHEMA_INVALID", () => writeFile(join(folder, "base.json"), "{}")],
  [
    "a card of a newer format",
    "FORMAT_VERSION_UNKNOWN",
    () => writeFile(join(folder, "base.json"), '{"formatVersion":2}'),
  ],
])("refuses %s with %s", async (_, code, change) => {
  await change();
  await expect(openBase(folder, { ort: fake.ort })).rejects.toMatchObject({ code });
});

it("rejects with the signal's reason also where a file is being read", async () => {
  const stop = new AbortController();
  const reading = folderFiles(folder).readFile("model.onnx", stop.signal);
  const reason = new Error("enough");
  stop.abort(reason);
  await expect(reading).rejects.toBe(reason);
});

it("sees weights that are cut short while the base is open", async () => {
  const base = await openBase(folder, { ort: fake.ort });
  await truncate(join(folder, "model.data"), 10);
  await expect(base.readFile("model.data")).rejects.toMatchObject({ code: "BASE_FILE_DIFFERS" });
});

it("opens a package of node_modules by its name, from folders below and through links", async () => {
  const app = await mkdtemp(join(tmpdir(), "banana-app-"));
  await mkdir(join(app, "node_modules/@banana-peel"), { recursive: true });
  await mkdir(join(app, "src"));
  await rename(folder, join(app, "node_modules/@banana-peel/base-tiny"));
  await symlink("@banana-peel/base-tiny", join(app, "node_modules/linked"));
  const here = vi.spyOn(process, "cwd");
  try {
    for (const from of [app, join(app, "src")])
      for (const name of ["@banana-peel/base-tiny", "linked"]) {
        here.mockReturnValue(from);
        const base = await openBase(name, { ort: fake.ort });
        expect(base.card.family).toBe("tiny");
        await base.dispose();
      }
    for (const name of ["@banana-peel/base-other", "@banana-peel/../base-tiny", "node_modules/linked/none"])
      await expect(openBase(name, { ort: fake.ort })).rejects.toMatchObject({ code: "BASE_FILE_MISSING" });
  } finally {
    here.mockRestore();
    await rm(app, { recursive: true });
  }
});

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LIMITS } from "@banana-peel/format";
import { afterAll, beforeEach, expect, it } from "vitest";
import { writePreview } from "./previews.js";
import { expectCode } from "./testing/expect-code.js";
import { fullAt } from "./testing/full-disk.js";
import { sampleFiles, writeFiles } from "./testing/sample-peel.js";
import { removeScratch, scratch, snapshot } from "./testing/scratch.js";

let root: string;
beforeEach(async () => {
  root = await scratch();
  await writeFiles(root, sampleFiles());
});
afterAll(removeScratch);

const png = Uint8Array.of(1, 2, 3);
const entry = (file: string, seed = 1) => ({ file, alt: "A cat.", prompt: "cat", seed });
const previews = async () => JSON.parse(await readFile(join(root, "peel.json"), "utf8")).previews;

it("adds a preview, replaces the one of the same file, and leaves peel.json alone when nothing changes", async () => {
  await writePreview(root, entry("previews/a.png"), png);
  await writePreview(root, entry("previews/b.png"), png);
  await writePreview(root, entry("previews/a.png", 2), Uint8Array.of(9));
  expect(await previews()).toEqual([entry("previews/a.png", 2), entry("previews/b.png")]);
  expect([...(await readFile(join(root, "previews/a.png")))]).toEqual([9]);
  const text = (await readFile(join(root, "peel.json"), "utf8")).replaceAll("  ", "\t");
  await writeFile(join(root, "peel.json"), text);
  await writePreview(root, entry("previews/a.png", 2), png);
  expect(await readFile(join(root, "peel.json"), "utf8")).toBe(text);
  expect((await readdir(join(root, "previews"))).sort()).toEqual(["a.png", "b.png"]);
});

it.each([
  ["../a.png", png, "PATH_INVALID"],
  ["previews/../../a.png", png, "PATH_INVALID"],
  ["a.jpg", png, "PATH_INVALID"],
  ["a.png", new Uint8Array(LIMITS.previewBytes + 1), "FILE_TOO_LARGE"],
] as const)("refuses %s, and changes nothing", async (file, bytes, code) => {
  const before = await snapshot(root);
  await expectCode(writePreview(root, entry(file), bytes), code);
  expect(await snapshot(root)).toEqual(before);
});

it("needs a peel.json that is whole", async () => {
  await writeFile(join(root, "peel.json"), "{");
  await expectCode(writePreview(root, entry("a.png"), png), "JSON_INVALID");
  await expectCode(writePreview(join(root, "nowhere"), entry("a.png"), png), "FILE_MISSING");
});

it("leaves picture and peel.json as they were when the disk fills at either", async () => {
  await writePreview(root, entry("previews/a.png"), png);
  const before = await snapshot(root);
  for (const file of ["previews/a.png", "more/b.png"])
    for (const nth of [1, 2]) {
      await expectCode(writePreview(root, entry(file, 7), Uint8Array.of(9), fullAt(nth)), "DISK_FULL");
      expect(await snapshot(root)).toEqual(before);
    }
});

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { addAdapter } from "./add-adapter.js";
import { preparePeel } from "./config/prepare-peel.js";
import { openPeelAt } from "./find-peel.js";
import { writePreview } from "./previews.js";
import { signPath } from "./sign-path.js";
import { newKey, sampleFiles, writeFiles } from "./testing/sample-peel.js";
import { removeScratch, scratch } from "./testing/scratch.js";

let root: string;
let folder: string;
beforeEach(async () => {
  root = await scratch();
  folder = await writeFiles(join(root, "peel"), sampleFiles());
  await signPath(folder, await newKey());
});
afterAll(removeScratch);

const signed = async () =>
  (await readdir(folder)).filter((name) => /^(?:model\.sig|signer\.pem)$/.test(name)).length;
const png = Uint8Array.of(1, 2, 3);
const preview = { file: "previews/a.png", alt: "A cat.", prompt: "cat", seed: 1 };

describe("an author's signed folder", () => {
  it("isn't signed any more once a preview is another, and is read on", async () => {
    expect((await writePreview(folder, preview, png)).unsigned).toBe(true);
    expect(await signed()).toBe(0);
    await expect(openPeelAt(folder, root)).resolves.toBeDefined();
    await signPath(folder, await newKey());
    // The same picture, drawn again.
    expect((await writePreview(folder, preview, png)).unsigned).toBe(false);
    expect(await signed()).toBe(2);
    expect((await writePreview(folder, preview, Uint8Array.of(9))).unsigned).toBe(true);
    expect((await writePreview(folder, preview, Uint8Array.of(8))).unsigned).toBe(false);
  });

  it("isn't once an adapter is another", async () => {
    const bytes = await readFile(join(folder, "adapter.safetensors"));
    const { adapters } = JSON.parse(await readFile(join(folder, "peel.json"), "utf8"));
    expect(await addAdapter(folder, { ...adapters[0], bytes })).toEqual({
      file: adapters[0].file,
      unsigned: true,
    });
    expect(await signed()).toBe(0);
  });

  it("isn't once its configuration changes peel.json, and stays so while that doesn't", async () => {
    const config = (version: string) =>
      writeFile(join(root, "peel.config.js"), `export default { version: "${version}" };`);
    const { version } = JSON.parse(await readFile(join(folder, "peel.json"), "utf8"));
    await config(version);
    await preparePeel(root);
    await signPath(folder, await newKey());
    await preparePeel(root);
    expect(await signed()).toBe(2);
    await config("9.9.9");
    await preparePeel(root);
    expect(await signed()).toBe(0);
    await expect(openPeelAt(folder, root)).resolves.toMatchObject({ manifest: { version: "9.9.9" } });
  });
});

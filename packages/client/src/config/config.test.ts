import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { removeScratch, scratch } from "../testing/scratch.js";
import { preparePeel } from "./prepare-peel.js";

let root: string;
beforeEach(async () => {
  root = await scratch();
  await mkdir(join(root, "peel"));
});
afterAll(removeScratch);

const config = (text: string, name = "peel.config.ts") => writeFile(join(root, name), text);
const manifest = async () => JSON.parse(await readFile(join(root, "peel/peel.json"), "utf8"));
const GOOD = `import { definePeel, type PeelConfig } from "banana-peel/config";
const name: string = "cat" as const;
export default definePeel({
  name: \`@peels/\${name}\`, version: "1.0.0", description: "Cats.", license: "CC0-1.0",
  triggers: [], title: undefined,
} satisfies PeelConfig);`;

describe("preparePeel", () => {
  it("makes peel.json from TypeScript, keeps what commands wrote, and writes only what changed", async () => {
    await config(GOOD);
    expect(await preparePeel(root)).toBe(join(root, "peel"));
    expect(Object.entries(await manifest())).toEqual([
      ["formatVersion", 1],
      ["name", "@peels/cat"],
      ["version", "1.0.0"],
      ["description", "Cats."],
      ["license", "CC0-1.0"],
    ]);
    const adapters = [{ file: "adapter.safetensors" }];
    await writeFile(join(root, "peel/peel.json"), JSON.stringify({ adapters, version: "0.9.0", custom: 1 }));
    expect(await preparePeel(join(root, "peel"))).toBe(join(root, "peel"));
    expect(Object.keys(await manifest()).slice(-2)).toEqual(["adapters", "custom"]);
    expect(await manifest()).toMatchObject({ adapters, version: "1.0.0" });
    const { ino } = await stat(join(root, "peel/peel.json"));
    await preparePeel(root);
    expect((await stat(join(root, "peel/peel.json"))).ino).toBe(ino);
  });

  it("runs a changed configuration anew", async () => {
    await config(GOOD);
    await preparePeel(root);
    await config(GOOD.replace("1.0.0", "1.1.0"));
    await preparePeel(root);
    expect(await manifest()).toMatchObject({ version: "1.1.0" });
  });

  it("leaves other folders and tarballs alone", async () => {
    expect(await preparePeel(join(root, "peel"))).toBe(join(root, "peel"));
    expect(await preparePeel("x.tgz")).toBe("x.tgz");
    await mkdir(join(root, "other"));
    await config("throw new Error('not run')");
    expect(await preparePeel(join(root, "other"))).toBe(join(root, "other"));
  });

  it.each<[string, RegExp]>([
    ["export default {", /that runs/],
    ["throw new Error('boom')", /boom/],
    ["export default 5", /a number/],
    ["export default [1]", /an array/],
    ["export const name = 'x'", /plain JSON|none|an object/],
    ["export default { name: () => 'x' }", /\/name/],
    ["export default { triggers: [{ when: new Date(0) }] }", /\/triggers\/0\/when/],
    ["export default { version: NaN }", /\/version/],
    ["const a = {}; a.a = a; export default a", /plain JSON/],
    ["import 'not-a-package'; export default {}", /that runs/],
  ])("refuses %s", async (text, message) => {
    await config(text, "peel.config.mjs");
    if (text.startsWith("export const")) {
      // No default export: jiti gives the module's own names, which are a configuration like any other.
      await preparePeel(root);
      expect(await manifest()).toEqual({ formatVersion: 1, name: "x" });
      return;
    }
    await expect(preparePeel(root)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(message),
      hint: expect.stringContaining("definePeel"),
    });
  });

  it("names a peel.json that is broken", async () => {
    await config(GOOD);
    await writeFile(join(root, "peel/peel.json"), "{");
    await expect(preparePeel(root)).rejects.toMatchObject({ code: "JSON_INVALID" });
  });
});

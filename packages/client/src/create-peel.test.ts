import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { createPeel, type NewPeel } from "./create-peel.js";
import { nodeDisk } from "./disk/disk.js";
import { expectCode } from "./testing/expect-code.js";
import { sampleCard, sampleFiles, writeBase } from "./testing/sample-peel.js";
import { removeScratch, scratch, snapshot } from "./testing/scratch.js";
import { validateFolder } from "./validate.js";

vi.setConfig({ testTimeout: 120_000 });
afterAll(removeScratch);

const peel = (folder: string, more: Partial<NewPeel> = {}): NewPeel => ({
  folder,
  name: "fresh",
  version: "1.0.0",
  adapter: {
    base: { family: "nano", range: "^1.0.0" },
    rank: 2,
    alpha: 1,
    bytes: sampleFiles().get("adapter.safetensors")!,
  },
  origin: "Made by a test.",
  ...more,
});

describe("createPeel", () => {
  it("makes a valid peel of what is known", async () => {
    const root = await scratch();
    const folder = join(root, "deep/er");
    const base = await writeBase(join(root, "base"), sampleCard());
    expect(await createPeel(peel(folder, { license: "CC0-1.0", description: "Fresh." }))).toBe(
      "@peels/fresh",
    );
    expect(await validateFolder(folder, [base])).toMatchObject({ valid: true, problems: [] });
    expect(await readdir(join(root, "deep")), "nothing else is left").toEqual(["er"]);
  });

  it("claims no licence that wasn't given, and leaves the validator to ask", async () => {
    const folder = join(await scratch(), "bare");
    await createPeel(peel(folder));
    expect(JSON.parse(await readFile(join(folder, "peel.json"), "utf8"))).not.toHaveProperty("license");
    expect(await readFile(join(folder, "LICENSE"), "utf8")).toMatch(/^No licence has been given/);
    const { problems } = await validateFolder(folder);
    expect(problems.map(({ message }) => message).join()).toMatch(
      /license[\s\S]*description|description[\s\S]*license/,
    );
  });

  it("refuses a folder that is there, a bad name and a bad version, and leaves nothing", async () => {
    const root = await scratch();
    const there = join(root, "there");
    await mkdir(there);
    const before = await snapshot(root);
    await expectCode(createPeel(peel(there)), "FOLDER_EXISTS");
    await expectCode(createPeel(peel(join(root, "a"), { name: "../evil" })), "NAME_INVALID");
    await expectCode(createPeel(peel(join(root, "b"), { version: "v1" })), "USAGE");
    await expectCode(createPeel(peel(join(root, "c"), { name: "x@1.0.0" })), "USAGE");
    const rename = () => Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" }));
    await expectCode(createPeel(peel(join(root, "d")), { ...nodeDisk, rename }), "DISK_FULL");
    const late = () => Promise.reject(Object.assign(new Error("late"), { code: "ENOTEMPTY" }));
    await expectCode(createPeel(peel(join(root, "e")), { ...nodeDisk, rename: late }), "FOLDER_EXISTS");
    expect(await snapshot(root)).toEqual(before);
  });
});

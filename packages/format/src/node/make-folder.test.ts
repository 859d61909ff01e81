import * as promises from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FolderDisk, makeFolder, unmakeFolder } from "./make-folder.js";

const { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } = promises;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "banana-peel-make-folder-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A disk on which making a folder fails as `fail` says, given its path and how often it was tried before. */
function failing(fail: (path: string, before: number) => string | undefined) {
  let calls = 0;
  const disk = {
    ...promises,
    async mkdir(path: string, options: object) {
      // Should the code under test go round for ever, it ends here.
      if (calls > 10_000) throw new Error("tried for ever");
      const code = fail(path, calls++);
      if (code !== undefined) throw Object.assign(new Error(`${code}: made up`), { code });
      return mkdir(path, options);
    },
  } as unknown as FolderDisk;
  return { disk, calls: () => calls };
}

describe("makeFolder", () => {
  it("makes what is missing, and says which was the topmost", async () => {
    expect(await makeFolder(join(root, "a/b/c"), { mode: 0o700 })).toBe(join(root, "a"));
    if (process.platform !== "win32")
      for (const path of ["a", "a/b", "a/b/c"])
        expect((await stat(join(root, path))).mode & 0o777).toBe(0o700);
    expect(await makeFolder(join(root, "a/b/c"))).toBeUndefined();
    expect(await makeFolder(join(root, "a/b/c/d"))).toBe(join(root, "a/b/c/d"));
    expect(await makeFolder("/")).toBeUndefined();
  });

  it.skipIf(process.platform === "win32")("takes a link to a folder for one, and no other", async () => {
    await mkdir(join(root, "there"));
    await symlink("there", join(root, "link"));
    await symlink("nowhere", join(root, "dangling"));
    expect(await makeFolder(join(root, "link"))).toBeUndefined();
    expect(await makeFolder(join(root, "link/a"))).toBe(join(root, "link/a"));
    await expect(makeFolder(join(root, "dangling"))).rejects.toMatchObject({ code: "EEXIST" });
  });

  it("says what stands in the way", async () => {
    await writeFile(join(root, "file"), "");
    await expect(makeFolder(join(root, "file"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(makeFolder(join(root, "file/a/b"))).rejects.toMatchObject({ code: "ENOTDIR" });
    expect(await readdir(root)).toEqual(["file"]);
  });

  it("leaves nothing where it gets no further", async () => {
    const { disk } = failing((path) => (path.endsWith(`${sep}c`) ? "ENOSPC" : undefined));
    await mkdir(join(root, "old"));
    for (const path of ["c", "b/c", "old/b/c", "new/a/b/c"])
      await expect(makeFolder(join(root, path), { disk })).rejects.toMatchObject({ code: "ENOSPC" });
    expect(await readdir(root)).toEqual(["old"]);
    expect(await readdir(join(root, "old"))).toEqual([]);
  });

  it("ends where the system finds no folder above, though one is there, as below /proc", async () => {
    const { disk, calls } = failing((path) => (path.startsWith(join(root, "a")) ? "ENOENT" : undefined));
    await expect(makeFolder(join(root, "a/b/c"), { disk })).rejects.toMatchObject({ code: "ENOENT" });
    expect(calls()).toBeLessThan(200);
    expect(await readdir(root)).toEqual([]);
  });

  it("tries again where another process takes empty folders away", async () => {
    const { disk } = failing((_, before) => (before < 9 ? "ENOENT" : undefined));
    await makeFolder(join(root, "a/b"), { disk });
    expect(await readdir(join(root, "a"))).toEqual(["b"]);
  });
});

it("unmakeFolder takes away what was made, and stops where something lies", async () => {
  const folder = join(root, "a/b/c");
  await unmakeFolder(folder, await makeFolder(folder));
  expect(await readdir(root)).toEqual([]);
  const made = await makeFolder(folder);
  await writeFile(join(root, "a/own"), "");
  await unmakeFolder(folder, made);
  expect(await readdir(join(root, "a"))).toEqual(["own"]);
  await unmakeFolder(join(root, "a"), undefined);
  expect(await readdir(root)).toEqual(["a"]);
});

it("makes a folder that another process had made, and takes away while it is looked at", async () => {
  const { disk, calls } = failing((_, before) => (before === 0 ? "EEXIST" : undefined));
  expect(await makeFolder(join(root, "a"), { disk })).toBe(join(root, "a"));
  expect(calls()).toBeGreaterThan(1);
});

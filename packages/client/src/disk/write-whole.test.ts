import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { expectCode } from "../testing/expect-code.js";
import { removeScratch, scratch, snapshot } from "../testing/scratch.js";
import { type Disk, nodeDisk } from "./disk.js";
import { writeTogether, writeWhole } from "./write-whole.js";

let root: string;
beforeEach(async () => {
  root = await scratch();
});
afterAll(removeScratch);

/** A disk that is full from the nth call of a step on. */
function fullAt(step: "mkdir" | "open" | "rename", nth: number): Disk {
  let calls = 0;
  return {
    ...nodeDisk,
    async [step](...args: unknown[]) {
      if (++calls >= nth) throw Object.assign(new Error("ENOSPC: made up"), { code: "ENOSPC" });
      return (nodeDisk[step] as (...all: unknown[]) => unknown)(...args);
    },
  };
}

it("makes the folders, and on a full disk leaves none of them, nor any file", async () => {
  await mkdir(join(root, "old"));
  await writeFile(join(root, "old/a"), "before");
  const files = [
    { path: join(root, "old/a"), bytes: Uint8Array.of(1, 2, 3) },
    { path: join(root, "new/deep/b"), bytes: Uint8Array.of(4, 5) },
  ];
  const before = await snapshot(root);
  for (const [step, nth, path, size] of [
    ["open", 1, "old/a", 3],
    ["open", 2, "new/deep/b", 2],
    ["mkdir", 3, "new/deep/b", 2],
  ] as const) {
    const error = await expectCode(writeTogether(files, fullAt(step, nth)), "DISK_FULL");
    expect(error.where).toBe(join(root, path));
    expect(error.message).toContain(`(${size} bytes)`);
    expect(await snapshot(root)).toEqual(before);
  }
  await expectCode(writeWhole(join(root, "fresh/c"), Uint8Array.of(1), fullAt("rename", 1)), "DISK_FULL");
  expect(await snapshot(root)).toEqual(before);
  await writeTogether(files);
  expect(Object.keys(await snapshot(root))).toEqual(expect.arrayContaining(["old/a", "new/deep/b"]));
});

it("says how many bytes were to come piece by piece", async () => {
  const bytes = (async function* () {
    yield Uint8Array.of(1);
  })();
  const error = await expectCode(
    writeTogether([{ path: join(root, "a"), bytes, size: 700 }], fullAt("open", 1)),
    "DISK_FULL",
  );
  expect(error.message).toContain("(700 bytes)");
});

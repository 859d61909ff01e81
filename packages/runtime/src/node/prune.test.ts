import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prune, stagingOf } from "./prune.js";

const YEAR = 365 * 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 0, 1);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "banana-prune-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A set of ten bytes, used at a time. */
async function set(name: string, used: number): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, "merged"), { recursive: true });
  await writeFile(join(path, "merged", "0.bin"), "01234");
  await writeFile(join(path, "merged", "3.bin"), "56789");
  await writeFile(join(path, "merged.json"), "{}");
  await utimes(join(path, "merged.json"), used / 1000, used / 1000);
  return path;
}

async function partial(path: string, made: number): Promise<string> {
  await mkdir(path);
  await utimes(path, made / 1000, made / 1000);
  return basename(path);
}

describe("prune", () => {
  it("removes the least recently used sets, but never the one to keep", async () => {
    const oldest = await set("a", NOW - 3 * YEAR);
    await set("b", NOW - 2 * YEAR);
    await set("c", NOW - YEAR);
    await prune(folder, 20, oldest, NOW);
    expect((await readdir(folder)).sort()).toEqual(["a", "c"]);
  });

  it("removes first what was used while the clock was ahead, which would stay for ever", async () => {
    await set("ahead", NOW + 10 * YEAR);
    await set("old", NOW - YEAR);
    const kept = await set("new", NOW);
    await prune(folder, 20, kept, NOW);
    expect((await readdir(folder)).sort()).toEqual(["new", "old"]);
  });

  it("keeps the order of use when the clock is behind all of them", async () => {
    await set("a", NOW - 3 * YEAR);
    await set("b", NOW - 2 * YEAR);
    const kept = await set("c", NOW - YEAR);
    await prune(folder, 20, kept, 0);
    expect((await readdir(folder)).sort()).toEqual(["b", "c"]);
  });

  it.each([NOW - 10 * YEAR, NOW, NOW + 10 * YEAR])(
    "leaves what a process is making, whatever the clock says, and not what a dead one left (%d)",
    async (now) => {
      const own = await partial(stagingOf(join(folder, "key")), NOW);
      const dead = spawnSync(process.execPath, ["-e", "0"]).pid;
      await partial(join(folder, own.replace(`.${process.pid}.`, `.${dead}.`)), NOW);
      await prune(folder, 0, "", now);
      expect(await readdir(folder)).toEqual([own]);
    },
  );

  it("leaves what another machine's process is making for a day, and not what is from far ahead", async () => {
    const young = await partial(join(folder, "key.0badcafe.1.a.partial"), NOW - 1000);
    await partial(join(folder, "key.0badcafe.1.b.partial"), NOW - YEAR);
    await partial(join(folder, "key.0badcafe.1.c.partial"), NOW + YEAR);
    await prune(folder, 0, "", NOW);
    expect(await readdir(folder)).toEqual([young]);
  });
});

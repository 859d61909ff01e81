import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { linkBase } from "./link-base.js";

let work: string;
let base: string;
let folder: string;
const PATH = "weights/a.data";

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "banana-link-"));
  [base, folder] = [join(work, "base"), join(work, "set")];
  await mkdir(join(base, "weights"), { recursive: true });
  await writeFile(join(base, PATH), "weights");
});
afterEach(() => rm(work, { recursive: true }));

const elsewhere = async () => {
  throw Object.assign(new Error("another file system"), { code: "EXDEV" });
};
const copied = async () => {
  await linkBase(base, folder, [PATH], elsewhere);
  return (await stat(join(folder, PATH))).ino;
};

it("links where it can", async () => {
  await linkBase(base, folder, [PATH]);
  expect((await stat(join(folder, PATH))).ino).toBe((await stat(join(base, PATH))).ino);
});

describe("on another file system", () => {
  it.each([
    ["now", 0],
    ["in the past", -30],
    ["in the future, by a clock that was wrong", 30],
  ])("copies a base whose time is %s once", async (_name, years) => {
    const then = new Date(Date.now() + years * 365 * 24 * 3600 * 1000);
    await utimes(join(base, PATH), then, then);
    const first = await copied();
    expect(first).not.toBe((await stat(join(base, PATH))).ino);
    expect(await copied()).toBe(first);
    expect(await copied()).toBe(first);
  });

  it("copies a base that was changed again, with whichever time", async () => {
    await copied();
    for (const years of [1, -1]) {
      await writeFile(join(base, PATH), years > 0 ? "newer!!" : "older!!");
      const then = new Date(Date.now() + years * 365 * 24 * 3600 * 1000);
      await utimes(join(base, PATH), then, then);
      await copied();
      expect(await readFile(join(folder, PATH), "utf8")).toBe(years > 0 ? "newer!!" : "older!!");
    }
  });
});

import type * as Fs from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { StagedFile } from "./staged-file.js";

type Done = (error: Error | null) => void;

/** Syncs that were begun and not ended yet; a test ends them. */
const { begun } = vi.hoisted(() => ({ begun: [] as Done[] }));
vi.mock("node:fs", async (original) => ({
  ...(await original<typeof Fs>()),
  fdatasync: (_file: number, done: Done) => void begun.push(done),
}));

const MIB = 1024 ** 2;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "banana-peel-staged-"));
});
afterEach(async () => {
  expect(begun.splice(0)).toEqual([]);
  await rm(folder, { recursive: true });
});
const next = () => vi.waitFor(() => begun.shift() ?? expect.fail("no sync was begun"));
const settled = () => new Promise((resolve) => setImmediate(resolve));

it("is synced while it is written, one file at a time, and the rest at its end", async () => {
  const [one, other] = [new StagedFile(join(folder, "one")), new StagedFile(join(folder, "other"))];
  one.write(Buffer.alloc(7 * MIB, 1));
  expect(begun).toEqual([]);
  one.write(Buffer.alloc(MIB, 2));
  for (const file of [one, other]) file.write(Buffer.alloc(20 * MIB, 3));
  expect(begun).toHaveLength(1);
  (await next())(null);
  await settled();
  other.write(Buffer.alloc(1, 4));
  const ahead = await next();
  const synced = one.sync();
  expect(one.sync()).toBe(synced);
  (await next())(null);
  await synced;
  ahead(null);
  await other.close();
  expect((await readFile(join(folder, "one"))).length).toBe(28 * MIB);
});

it("tells at its end what a sync before it failed of", async () => {
  const file = new StagedFile(join(folder, "file"));
  file.write(Buffer.alloc(9 * MIB));
  (await next())(Object.assign(new Error("made up"), { code: "ENOSPC" }));
  await settled();
  await expect(file.sync()).rejects.toMatchObject({ code: "ENOSPC" });
  await file.close();
});

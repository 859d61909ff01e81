import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Accounts } from "./accounts.js";

const disk = vi.hoisted(() => ({ bytes: Number.POSITIVE_INFINITY }));
vi.mock("./atomic-write.js", async (original) => {
  const { atomicWrite } = await original<typeof import("./atomic-write.js")>();
  return {
    async atomicWrite(path: string, text: string) {
      if (text.length > disk.bytes) throw Object.assign(new Error("ENOSPC: made up"), { code: "ENOSPC" });
      return atomicWrite(path, text);
    },
  };
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "banana-peel-accounts-"));
  disk.bytes = Number.POSITIVE_INFINITY;
});
afterEach(() => rm(folder, { recursive: true }));

const file = () => join(folder, "htpasswd");
/** What Verdaccio does where it finds no room: a part of the file, and status 500. */
const half = async () => {
  await writeFile(file(), "ada:ha");
  return { status: 500 };
};

it("tells a full disk from another failure, and has the users of before", async () => {
  await writeFile(file(), "ada:hash\n");
  const accounts = new Accounts(folder);
  expect(await accounts.run(half)).toEqual({ status: 500 });
  expect(await readFile(file(), "utf8")).toBe("ada:hash\n");
  disk.bytes = 2000;
  await expect(accounts.run(half)).rejects.toMatchObject({ code: "ENOSPC" });
  expect(await readFile(file(), "utf8")).toBe("ada:hash\n");
  expect(await readdir(folder)).toEqual(["htpasswd"]);
});

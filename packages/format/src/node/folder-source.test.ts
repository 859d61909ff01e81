import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LIMITS } from "../limits.js";
import { caught } from "../testing/caught.js";
import { folderSource } from "./folder-source.js";

let folder: string;
const write = async (path: string, text: string) => {
  await mkdir(join(folder, path, ".."), { recursive: true });
  await writeFile(join(folder, path), text);
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "banana-peel-folder-source-"));
  await write("peel/peel.json", "{}");
  await write("peel/previews/one.png", "png");
  await write("secret.txt", "secret");
});
afterEach(() => rm(folder, { recursive: true }));
const source = () => folderSource(join(folder, "peel"));

describe("folderSource", () => {
  it("lists every file by code unit, without .git and the top's node_modules", async () => {
    for (const path of [
      ".git/HEAD",
      ".gitignore",
      ".gitattributes",
      "node_modules/x/index.js",
      "Z.md",
      "a/node_modules/b.md",
      ".npmrc",
    ])
      await write(`peel/${path}`, "x");
    expect(await source().list()).toEqual([
      ".npmrc",
      "Z.md",
      "a/node_modules/b.md",
      "peel.json",
      "previews/one.png",
    ]);
  });

  it("reads a file, within the limit", async () => {
    expect(new TextDecoder().decode(await source().read("previews/one.png", 3))).toBe("png");
    expect(await caught(() => source().read("previews/one.png", 2))).toMatchObject({
      code: "FILE_TOO_LARGE",
    });
  });

  it("measures before it reads", async () => {
    await truncate(join(folder, "peel/peel.json"), 2 ** 40).catch(() =>
      truncate(join(folder, "peel/peel.json"), 2 ** 30),
    );
    expect((await caught(() => source().read("peel.json", LIMITS.manifestBytes))).code).toBe(
      "FILE_TOO_LARGE",
    );
  });

  it.each(["none.md", "previews/none.png", "peel.json/none", "none/none"])(
    "says that %s is missing",
    async (path) => {
      expect(await caught(() => source().read(path))).toMatchObject({ code: "FILE_MISSING", where: path });
    },
  );

  it.each([
    "../secret.txt",
    "previews/../../secret.txt",
    "/etc/passwd",
    "..",
    ".",
    "",
    "previews\\one.png",
    ".npmrc",
  ])("doesn't read %j", async (path) => {
    await write("peel/.npmrc", "token");
    expect((await caught(() => source().read(path))).code).toBe("PATH_INVALID");
  });

  it("refuses a link to a file, to a folder, and one that leads nowhere", async () => {
    const links = [
      ["link.txt", join(folder, "secret.txt")],
      ["previews/link", folder],
      ["nowhere", join(folder, "absent")],
      ["inside", "peel.json"],
    ] as const;
    for (const [path, target] of links) {
      await symlink(target, join(folder, "peel", path));
      expect(await caught(() => source().list()), path).toMatchObject({ code: "PATH_INVALID", where: path });
      expect((await caught(() => source().read(path))).code, path).toBe("PATH_INVALID");
      await rm(join(folder, "peel", path));
    }
    expect(await source().list()).toHaveLength(2);
  });

  it("refuses a file behind a linked folder", async () => {
    await symlink(folder, join(folder, "peel/outside"));
    expect((await caught(() => source().read("outside/secret.txt"))).code).toBe("PATH_INVALID");
  });

  it("refuses a folder in a file's place", async () => {
    expect((await caught(() => source().read("previews"))).code).toBe("PATH_INVALID");
  });

  it("refuses more files than a peel may have", async () => {
    await Promise.all(Array.from({ length: LIMITS.files }, (_, index) => write(`peel/many/${index}.md`, "")));
    expect((await caught(() => source().list())).code).toBe("FILE_TOO_LARGE");
  });

  it("stops between two pieces of a file when it is told to", async () => {
    await truncate(join(folder, "peel/previews/one.png"), 3 * 1024 * 1024);
    const stop = new AbortController();
    const stopped = folderSource(join(folder, "peel"), stop.signal);
    let pieces = 0;
    const read = async () => {
      for await (const _ of stopped.stream!("previews/one.png"))
        if (++pieces === 1) stop.abort(new Error("enough"));
    };
    await expect(read()).rejects.toThrow("enough");
    expect(pieces).toBe(1);
    await expect(stopped.digest!("previews/one.png")).rejects.toThrow("enough");
  });

  it("says that the folder is missing", async () => {
    const error = await caught(() => folderSource(join(folder, "absent")).list());
    expect(error).toMatchObject({ code: "FILE_MISSING", where: join(folder, "absent") });
    expect((await caught(() => folderSource(join(folder, "secret.txt")).list())).code).toBe("FILE_MISSING");
  });
});

import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type TestEntry, tarOf, tgzOf } from "../testing/archives.js";
import { unpackTarball } from "./unpack.js";

const refuse = (bytes: Uint8Array, message: RegExp, limits = {}) =>
  expect(unpackTarball(bytes, limits)).rejects.toMatchObject({
    code: "TARBALL_INVALID",
    message: expect.stringMatching(message),
  });

describe("unpackTarball", () => {
  it("reads plain files under package/", async () => {
    const big = randomBytes(200_000);
    const source = await unpackTarball(
      tgzOf([
        { path: "package/peel.json", body: "{}" },
        { path: "package/previews/a.png", body: big },
        { path: "package/empty.txt" },
      ]),
    );
    expect(await source.list()).toEqual(["empty.txt", "peel.json", "previews/a.png"]);
    expect(Buffer.from(await source.read("previews/a.png")).equals(big)).toBe(true);
    expect((await source.read("empty.txt")).length).toBe(0);
  });

  const bad: [string, TestEntry[], RegExp][] = [
    ["a parent folder", [{ path: "package/../evil", body: "x" }], /relative path/],
    ["an absolute path", [{ path: "/etc/passwd", body: "x" }], /relative path/],
    ["a path outside package/", [{ path: "other/peel.json", body: "x" }], /relative path/],
    ["a drive letter", [{ path: "package/C:evil", body: "x" }], /relative path/],
    ["a backslash", [{ path: "package/a\\b", body: "x" }], /relative path/],
    ["a dot file", [{ path: "package/.npmrc", body: "x" }], /relative path/],
    ["a folder entry", [{ path: "package/dir/", type: "Directory" }], /found a Directory/],
    [
      "a symbolic link",
      [{ path: "package/l", type: "SymbolicLink", linkpath: "/etc/passwd" }],
      /SymbolicLink/,
    ],
    ["a hard link", [{ path: "package/l", type: "Link", linkpath: "package/a" }], /found a Link/],
    ["a device", [{ path: "package/null", type: "CharacterDevice" }], /CharacterDevice/],
    ["a fifo", [{ path: "package/pipe", type: "FIFO" }], /FIFO/],
    [
      "a file twice",
      [
        { path: "package/a", body: "1" },
        { path: "package/a", body: "2" },
      ],
      /twice/,
    ],
    ["names that differ in case", [{ path: "package/a" }, { path: "package/A" }], /more than case/],
    ["folders that differ in case", [{ path: "package/d/x" }, { path: "package/D/y" }], /more than case/],
    ["a file below a file", [{ path: "package/a" }, { path: "package/a/b" }], /as a file before/],
    ["a folder turned file", [{ path: "package/a/b" }, { path: "package/a" }], /a file and a folder/],
    ["no file", [], /archive format|at least one file/],
  ];
  it.each(bad)("refuses %s", (_name, entries, message) => refuse(tgzOf(entries), message));

  it("refuses other bytes than gzip", async () => {
    await refuse(Buffer.from("<!doctype html><title>proxy</title>"), /expected gzip/);
    await refuse(new Uint8Array(), /found 0 bytes/);
    await refuse(tarOf([{ path: "package/a", body: "x" }]), /expected gzip/);
    await refuse(gzipSync(randomBytes(4096)), /tar archive/);
    await refuse(gzipSync(Buffer.from("short")), /tar archive|at least one/);
  });

  it("refuses an archive cut anywhere", async () => {
    const whole = tgzOf([
      { path: "package/a", body: randomBytes(3000) },
      { path: "package/b", body: "b" },
    ]);
    for (let cut = 2; cut < whole.length - 8; cut += 97) await refuse(whole.subarray(0, cut), /tar archive/);
  });

  it("refuses a body shorter than its header says, and a wrong checksum", async () => {
    await refuse(gzipSync(tarOf([{ path: "package/a", body: "abc", size: 4096 }], false)), /tar archive/);
    const tar = tarOf([{ path: "package/a", body: "abc" }]);
    tar[150] = (tar[150] ?? 0) ^ 1;
    await refuse(gzipSync(tar), /tar archive/);
  });

  it("refuses a file whose gzip checksum is wrong", async () => {
    const bytes = tgzOf([{ path: "package/a", body: "abc" }]);
    bytes[bytes.length - 8] = (bytes[bytes.length - 8] ?? 0) ^ 1;
    await refuse(bytes, /tar archive/);
  });

  it("holds to its limits before it reads", async () => {
    const three = tgzOf(["a", "b", "c"].map((name) => ({ path: `package/${name}`, body: "12345" })));
    await refuse(three, /at most 2 files/, { files: 2 });
    await refuse(three, /at most 14 bytes/, { totalBytes: 14 });
    await expect(unpackTarball(three, { files: 3, totalBytes: 15 })).resolves.toBeDefined();
    const zeros = tgzOf([{ path: "package/zeros", body: Buffer.alloc(10_000_000) }]);
    await refuse(zeros, /decompression ratio/, { ratio: 100 });
    await refuse(
      gzipSync(tarOf([{ path: "package/huge", size: 5 * 2 ** 30 }], false)),
      /at most 4294967296 bytes/,
    );
  });
});

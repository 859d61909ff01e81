import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BananaError } from "../errors/banana-error.js";
import { diskError } from "./disk-error.js";

const thrown = (code: string, more: object = {}) =>
  Object.assign(new Error(`${code}: made up`), { code, ...more });
const wanted = join(tmpdir(), "none/of/these/file");

describe("diskError", () => {
  it("says what was needed, where, and what is free there", () => {
    const error = diskError(thrown("ENOSPC"), wanted, 1234) as BananaError;
    expect([error.code, error.where, error.exitStatus]).toEqual(["DISK_FULL", wanted, 7]);
    expect(error.message.replace(wanted, "FILE")).toMatch(
      /^expected room to write FILE \(1234 bytes\), found \d+ bytes free .*\(ENOSPC\)$/,
    );
    expect(error.hint).toContain("BANANA_PEEL_STORE");
    // Not the name of the temporary file.
    const other = diskError(thrown("ENOSPC", { path: `${wanted}.tmp` }), wanted, 1) as BananaError;
    expect(other.where).toBe(wanted);
  });

  it("names the file that was written, not the one that was copied", () => {
    const copy = thrown("ENOSPC", { path: "/from", dest: "/to" });
    expect(diskError(copy, wanted)).toMatchObject({ where: "/to" });
    expect(diskError(thrown("ENOSPC", { path: "/to" }), wanted)).toMatchObject({ where: "/to" });
  });

  it.each([
    ["EDQUOT", "DISK_FULL", "quota"],
    ["EFBIG", "DISK_FULL", "so large"],
    ["EROFS", "TARGET_READ_ONLY", "EROFS"],
    ["ENOTDIR", "TARGET_READ_ONLY", "ENOTDIR"],
  ])("of %s is %s", (errno, code, words) => {
    const error = diskError(thrown(errno), wanted) as BananaError;
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  it("knows a place where no folder can be made", () => {
    expect(diskError(thrown("ENOENT", { syscall: "mkdir", path: "/proc/a" }), wanted)).toMatchObject({
      code: "TARGET_READ_ONLY",
      where: "/proc/a",
    });
  });

  it.each([
    thrown("ENOENT", { syscall: "open" }),
    new Error("no code"),
    new BananaError("USAGE", "coded before", { where: "x", hint: "y" }),
  ])("leaves another as it is", (error) => {
    expect(diskError(error, wanted)).toBe(error);
  });
});

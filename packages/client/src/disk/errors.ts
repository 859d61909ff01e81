import { BananaError, isBananaError } from "@banana-peel/format";

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const READ_ONLY = new Set([
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOTDIR",
  "EISDIR",
  "EEXIST",
  "ENAMETOOLONG",
  "ELOOP",
]);

/**
 * The coded error for what a file system threw: DISK_FULL, TARGET_READ_ONLY; anything else as it is.
 * @param folder where the work was, for errors that don't name a path
 */
export function diskError(error: unknown, folder: string): unknown {
  if (isBananaError(error)) return error;
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const where = path ?? folder;
  if (FULL.has(code))
    return new BananaError("DISK_FULL", `expected room to write ${where}, found ${code}`, {
      where,
      hint: "Free some space there, or choose another place (for the store: BANANA_PEEL_STORE), then run the command again.",
      cause: error,
    });
  if (READ_ONLY.has(code))
    return new BananaError("TARGET_READ_ONLY", `expected to be able to write ${where}, found ${code}`, {
      where,
      hint:
        code === "ENOTDIR" || code === "EEXIST" || code === "EISDIR"
          ? "A file stands where a folder is needed, or the other way round: move it away."
          : "Change the folder's permissions, or choose another folder.",
      cause: error,
    });
  return error;
}

/** True for a file system's error of one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException | undefined)?.code ?? "");
}

import { statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { BananaError, isBananaError } from "../errors/banana-error.js";

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const IN_THE_WAY = new Set(["ENOTDIR", "EISDIR", "EEXIST"]);
const READ_ONLY = new Set(["EACCES", "EPERM", "EROFS", "ENAMETOOLONG", "ELOOP", ...IN_THE_WAY]);

/** Whether a file system's error says that a disk, a quota or a file has no room. */
export function isDiskFull(error: unknown): boolean {
  return FULL.has((error as NodeJS.ErrnoException | undefined)?.code ?? "");
}

/**
 * The coded error for what a file system threw while something was written: DISK_FULL, with what was needed and what is
 * free; TARGET_READ_ONLY; anything else as it is.
 * @param path what was written, for errors that don't name a path
 * @param bytes how many bytes `path` was to have, where that is known: then it is named whatever path the error has, which
 *   may be that of a temporary file
 */
export function diskError(error: unknown, path: string, bytes?: number): unknown {
  if (isBananaError(error)) return error;
  const { code, syscall, path: first, dest } = error as NodeJS.ErrnoException & { dest?: string };
  if (code === undefined) return error;
  // Of a copy, a link and a rename, the second path is the one that is written.
  const where = dest ?? first ?? path;
  if (isDiskFull(error)) {
    const what = bytes === undefined ? where : `${path} (${bytes} bytes)`;
    return new BananaError("DISK_FULL", `expected room to write ${what}, found ${lack(code, where)}`, {
      where: bytes === undefined ? where : path,
      hint: "Free some space there, or choose another place (for the store: BANANA_PEEL_STORE), then run the command again.",
      cause: error,
    });
  }
  // A folder above is there, and yet none can be made in it: /proc and its like.
  if (READ_ONLY.has(code) || (code === "ENOENT" && syscall === "mkdir"))
    return new BananaError("TARGET_READ_ONLY", `expected to be able to write ${where}, found ${code}`, {
      where,
      hint: IN_THE_WAY.has(code)
        ? "A file stands where a folder is needed, or the other way round: move it away."
        : "Change the folder's permissions, or choose another folder.",
      cause: error,
    });
  return error;
}

/** What there is too little of. */
function lack(code: string, where: string): string {
  if (code === "EDQUOT") return "that your quota is used up (EDQUOT)";
  if (code === "EFBIG") return "that no file may be so large (EFBIG)";
  for (let folder = dirname(resolve(where)); ; folder = dirname(folder))
    try {
      const { bavail, bsize, files, ffree } = statfsSync(folder);
      const free = `${bavail * bsize} bytes free`;
      return files > 0 && ffree === 0 ? `${free} but no more files possible (ENOSPC)` : `${free} (ENOSPC)`;
    } catch {
      if (dirname(folder) === folder) return code;
    }
}

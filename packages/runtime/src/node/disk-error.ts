import { BananaError } from "@banana-peel/format";

/** A failure to write as DISK_FULL or TARGET_READ_ONLY where it is one of these; else as it came. */
export function diskError(error: unknown, where: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new BananaError("DISK_FULL", `expected room for merged weights, found none: ${message}`, {
      where,
      hint: "Free some space, or name a folder on another disk.",
      cause: error,
    });
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || ["ENOTDIR", "EEXIST"].includes(code ?? ""))
    return new BananaError("TARGET_READ_ONLY", `expected a folder that can be written, found: ${message}`, {
      where,
      hint: "Check the permissions, or name another folder.",
      cause: error,
    });
  return error;
}

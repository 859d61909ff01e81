import { constants } from "node:fs";
import { copyFile, link as hardLink, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "@banana-peel/format/node";

/** Errors of file systems that can't link these two places. */
const NO_LINK = new Set(["EXDEV", "EPERM", "ENOSYS", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "EACCES"]);

/** Milliseconds to which any other file system keeps a file's time: two seconds on FAT. */
const TIME_MS = 2000;

/**
 * Sees to it that a folder has the base's files, as hard links to them (onnxruntime refuses symbolic ones that leave
 * the folder), or where that can't be as clones or copies.
 * @param paths relative to both folders
 */
export async function linkBase(
  base: string,
  folder: string,
  paths: readonly string[],
  link: (from: string, to: string) => Promise<void> = hardLink,
): Promise<void> {
  for (const path of paths) {
    const from = join(base, path);
    const to = join(folder, path);
    const [own, there] = await Promise.all([stat(from), stat(to).catch(() => undefined)]);
    // A link is the same file; a copy has the size and the time of the file that it was made from.
    const same = there !== undefined && own.ino === there.ino && own.dev === there.dev;
    const copied =
      there !== undefined &&
      own.size === there.size &&
      Math.abs(own.mtimeMs - there.mtimeMs) <= (own.dev === there.dev ? 1 : TIME_MS);
    if (same || copied) continue;
    await makeFolder(dirname(to));
    const partial = `${to}.${process.pid}.partial`;
    await rm(partial, { force: true });
    try {
      await link(from, partial);
    } catch (error) {
      if (!NO_LINK.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
      await copyFile(from, partial, constants.COPYFILE_FICLONE);
      await utimes(partial, own.atime, own.mtime);
    }
    await rename(partial, to);
  }
}

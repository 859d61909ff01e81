import { constants } from "node:fs";
import { copyFile, link, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "@banana-peel/format/node";

/** Errors of file systems that can't link these two places. */
const NO_LINK = new Set(["EXDEV", "EPERM", "ENOSYS", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "EACCES"]);

/**
 * Sees to it that a folder has the base's files, as hard links to them (onnxruntime refuses symbolic ones that leave
 * the folder), or where that can't be as clones or copies.
 * @param paths relative to both folders
 */
export async function linkBase(base: string, folder: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const from = join(base, path);
    const to = join(folder, path);
    const [own, there] = await Promise.all([stat(from), stat(to).catch(() => undefined)]);
    // A link is the same file; a copy is as old as the file that it was made from, or younger.
    const same = there !== undefined && own.ino === there.ino && own.dev === there.dev;
    const copied =
      there !== undefined && own.dev !== there.dev && own.size === there.size && own.mtimeMs <= there.mtimeMs;
    if (same || copied) continue;
    await makeFolder(dirname(to));
    const partial = `${to}.${process.pid}.partial`;
    await rm(partial, { force: true });
    try {
      await link(from, partial);
    } catch (error) {
      if (!NO_LINK.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
      await copyFile(from, partial, constants.COPYFILE_FICLONE);
    }
    await rename(partial, to);
  }
}

import { constants } from "node:fs";
import { dirname, join } from "node:path";
import { folderSource, makeFolder } from "@banana-peel/format/node";
import type { Disk } from "../disk/disk.js";
import { hasCode } from "../disk/errors.js";
import { removeTree } from "../disk/remove.js";

/**
 * Gives a folder of links to an entry's files, so that they stay while they are used, whatever happens to the entry:
 * `cache clean` of another process takes nothing away from a command at work. Clones or copies where links can't be.
 * @returns false when the entry vanished meanwhile
 */
export async function leaseEntry(disk: Disk, entry: string, lease: string): Promise<boolean> {
  try {
    await makeFolder(lease, { disk });
    for (const path of await folderSource(entry).list()) {
      const source = join(entry, ...path.split("/"));
      const target = join(lease, ...path.split("/"));
      if (path.includes("/")) await makeFolder(dirname(target), { disk });
      await linkOrCopy(disk, source, target);
    }
    return true;
  } catch (error) {
    await removeTree(disk, lease).catch(() => undefined);
    if (hasCode(error, "ENOENT") || (error as { code?: string }).code === "FILE_MISSING") return false;
    throw error;
  }
}

/** One file under another name: a link, else a clone, else a copy. @returns false for a clone or a copy */
export async function linkOrCopy(disk: Disk, source: string, target: string): Promise<boolean> {
  try {
    await disk.link(source, target);
    return true;
  } catch (error) {
    if (!hasCode(error, "EXDEV", "EPERM", "EMLINK", "ENOTSUP", "ENOSYS", "EACCES")) throw error;
    await disk.copyFile(source, target, constants.COPYFILE_FICLONE);
    return false;
  }
}

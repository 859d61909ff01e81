import { dirname, join } from "node:path";
import { FILES } from "@banana-peel/format";
import { diskError, makeFolder } from "@banana-peel/format/node";
import type { Disk } from "../disk/disk.js";
import { hasCode } from "../disk/errors.js";
import type { FetchedPeel } from "../fetch-peel.js";
import { FILE_MODE } from "../store/extract.js";
import { linkOrCopy } from "../store/lease.js";

/**
 * Makes a folder of a verified peel's files: hard links, or copies (clones where the file system can) where links
 * can't be. Read-only, since the store shares them. The folder of links that a peel from the store was checked in is
 * moved there as it is, where it lies on the same file system.
 * @param to nothing lies there yet
 */
export async function placePeel(peel: FetchedPeel, to: string, disk: Disk): Promise<void> {
  if (peel.from === "store" && (await moved(peel.folder, to, disk))) return;
  await disk.mkdir(to);
  for (const path of [...peel.peel.files.keys(), FILES.signature]) {
    const bytes = peel.peel.files.get(path)?.bytes;
    const parts = path.split("/");
    const source = join(peel.folder, ...parts);
    const target = join(to, ...parts);
    if (parts.length > 1) await makeFolder(dirname(target), { disk });
    try {
      if (!(await linkOrCopy(disk, source, target))) await disk.chmod(target, FILE_MODE);
    } catch (error) {
      throw diskError(error, target, bytes);
    }
  }
}

async function moved(from: string, to: string, disk: Disk): Promise<boolean> {
  try {
    await disk.rename(from, to);
    return true;
  } catch (error) {
    // Another file system, or one that doesn't let a folder be moved: its files may yet be linked.
    if (hasCode(error, "EXDEV", "EPERM", "EACCES", "ENOTSUP", "ENOSYS")) return false;
    throw error;
  }
}

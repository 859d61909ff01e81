import { dirname, join } from "node:path";
import { FILES } from "@banana-peel/format";
import type { VerifiedPeel } from "@banana-peel/signer/verify";
import type { Disk } from "../disk/disk.js";
import { FILE_MODE } from "../store/extract.js";
import { linkOrCopy } from "../store/lease.js";

/**
 * Puts a stored peel's files into a folder: hard links, or copies (clones where the file system can) where links
 * can't be. Read-only, since the store shares them.
 */
export async function linkPeel(peel: VerifiedPeel, from: string, to: string, disk: Disk): Promise<void> {
  for (const path of [...peel.files.keys(), FILES.signature]) {
    const parts = path.split("/");
    const source = join(from, ...parts);
    const target = join(to, ...parts);
    if (parts.length > 1) await disk.mkdir(dirname(target), { recursive: true });
    if (!(await linkOrCopy(disk, source, target))) await disk.chmod(target, FILE_MODE);
  }
}

import { join } from "node:path";
import { FILES } from "@banana-peel/format";
import type { Disk } from "./disk/disk.js";
import { exists } from "./disk/remove.js";

/**
 * Takes the signature out of an author's folder whose files were just changed: it can't fit any more, and would make
 * every command that reads the peel refuse it. The peel is its author's unsigned work again.
 * @returns whether there was one
 */
export async function removeSignature(folder: string, disk: Disk): Promise<boolean> {
  const paths = [FILES.signature, FILES.publicKey].map((file) => join(folder, file));
  const found = await Promise.all(paths.map((path) => exists(disk, path)));
  for (const path of paths) await disk.rm(path, { force: true });
  return found.includes(true);
}

import { dirname, join } from "node:path";
import { type Disk, nodeDisk } from "./disk.js";
import { diskError } from "./errors.js";
import { ownName } from "./process-id.js";

/**
 * Writes a file so that it is there whole or not at all: beside its place, then moved there.
 * @param bytes may come piece by piece; what they throw is thrown
 * @param mode of the file, less the umask
 * @throws BananaError DISK_FULL, TARGET_READ_ONLY; what was half-written is removed
 */
export async function writeWhole(
  path: string,
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
  disk: Disk = nodeDisk,
  mode = 0o666,
): Promise<void> {
  const temporary = join(dirname(path), `.${ownName()}.tmp`);
  try {
    const file = await disk.open(temporary, "wx", mode);
    try {
      // From where the last piece ended.
      for await (const piece of bytes instanceof Uint8Array ? [bytes] : bytes) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await disk.rename(temporary, path);
  } catch (error) {
    await disk.rm(temporary, { force: true }).catch(() => undefined);
    throw diskError(error, path);
  }
}

import { dirname, join } from "node:path";
import { diskError, makeFolder, ownName, unmakeFolder } from "@banana-peel/format/node";
import { type Disk, nodeDisk } from "./disk.js";

/** A file that is to be written. */
export interface WholeFile {
  readonly path: string;
  /** May come piece by piece, each valid until the next is asked for; what they throw is thrown. */
  readonly bytes: Uint8Array | AsyncIterable<Uint8Array>;
  /** How many bytes come piece by piece, for messages. */
  readonly size?: number;
  /** Mode, less the umask; default 0666. */
  readonly mode?: number;
}

/**
 * Writes a file so that it is there whole or not at all: beside its place, then moved there. Its folder is made.
 * @throws BananaError DISK_FULL, TARGET_READ_ONLY; what was half-written is removed
 */
export function writeWhole(
  path: string,
  bytes: WholeFile["bytes"],
  disk: Disk = nodeDisk,
  mode = 0o666,
): Promise<void> {
  return writeTogether([{ path, bytes, mode }], disk);
}

/**
 * Writes files as `writeWhole` does, all of them before the first is moved to its place, so that a disk that fills leaves
 * every one as it was. Their folders are made, and taken away again where that fails. A kill between two moves leaves the first of them new.
 * @throws BananaError DISK_FULL, TARGET_READ_ONLY; what was half-written is removed
 */
export async function writeTogether(files: readonly WholeFile[], disk: Disk = nodeDisk): Promise<void> {
  const moves: { temporary: string; path: string }[] = [];
  const made: [folder: string, top: string | undefined][] = [];
  let writing: [path: string, bytes?: number | undefined] = [""];
  try {
    for (const { path, bytes, mode = 0o666, size } of files) {
      writing = [path, bytes instanceof Uint8Array ? bytes.length : size];
      made.push([dirname(path), await makeFolder(dirname(path), { disk })]);
      const temporary = join(dirname(path), `.${ownName()}.tmp`);
      moves.push({ temporary, path });
      const file = await disk.open(temporary, "wx", mode);
      try {
        // From where the last piece ended.
        for await (const piece of bytes instanceof Uint8Array ? [bytes] : bytes) await file.writeFile(piece);
        await file.sync();
      } finally {
        await file.close();
      }
    }
    for (const { temporary, path } of moves) {
      writing = [path];
      await disk.rename(temporary, path);
    }
  } catch (error) {
    for (const { temporary } of moves) await disk.rm(temporary, { force: true }).catch(() => undefined);
    for (const [folder, top] of made.reverse()) await unmakeFolder(folder, top, disk);
    throw diskError(error, ...writing);
  }
}

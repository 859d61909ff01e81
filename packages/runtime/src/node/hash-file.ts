import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";

/** Bytes that are hashed at a time: about half a millisecond of the caller's thread. */
const PIECE = 1 << 20;

/** Size and SHA-256 (hex) of a file. The next piece is read while one is hashed, into one of two buffers. */
export async function hashFile(
  path: string,
  signal?: AbortSignal,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const file = await open(path);
  let coming: Promise<Uint8Array> | undefined;
  try {
    const hash = createHash("sha256");
    const rooms = [Buffer.allocUnsafeSlow(PIECE), Buffer.allocUnsafeSlow(PIECE)] as const;
    let bytes = 0;
    coming = piece(file, rooms[0], 0);
    for (let turn = 1; ; turn++) {
      const read = await coming;
      signal?.throwIfAborted();
      if (read.length === 0) return { bytes, sha256: hash.digest("hex") };
      bytes += read.length;
      coming = piece(file, rooms[turn % 2 === 0 ? 0 : 1], bytes);
      hash.update(read);
    }
  } finally {
    // A file is closed once nobody reads it.
    await coming?.catch(() => undefined);
    await file.close();
  }
}

async function piece(file: FileHandle, room: Uint8Array, from: number): Promise<Uint8Array> {
  const { bytesRead } = await file.read(room, 0, room.length, from);
  return room.subarray(0, bytesRead);
}

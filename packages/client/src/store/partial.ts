import { join } from "node:path";
import { ownName } from "@banana-peel/format/node";
import type { Disk } from "../disk/disk.js";
import { writeAll } from "../disk/write-all.js";
import type { Places } from "./places.js";
import { keep, partName } from "./sweep.js";

/** Bytes of a download from which on it is kept when it breaks off; smaller ones are as quick to fetch again. */
export const PARTIAL_BYTES = 4 * 1024 * 1024;
const PIECE = 1024 * 1024;

/**
 * The bytes of a download so far, on disk, so that it can be resumed after a broken connection, a Ctrl-C or a kill.
 * A convenience: where it can't be written, nothing fails. What was kept proves itself by the digest of the whole.
 */
export interface PartialDownload {
  /** Bytes that an earlier try left. */
  readonly bytes: number;
  /** Those bytes, in pieces. */
  read(): AsyncIterable<Uint8Array>;
  /** Adds bytes behind them. @param total bytes of the whole, when known */
  append(chunk: Uint8Array, total: number | undefined): void;
  /** Keeps it for another try. */
  keep(): Promise<void>;
  /** Removes it. */
  discard(): Promise<void>;
}

/** Takes over what is kept of a download, so that nobody else does, or begins with nothing. */
export async function openPartial(
  disk: Disk,
  places: Places,
  integrity: string,
  partialBytes: number,
): Promise<PartialDownload> {
  const kept = places.kept(integrity);
  const path = join(places.temporary, partName(ownName(), kept));
  let bytes = 0;
  try {
    await disk.rename(kept, path);
    bytes = (await disk.lstat(path)).size;
  } catch {
    bytes = 0;
  }
  let file: number | undefined;
  let given = false;
  const close = () => {
    if (file !== undefined) disk.closeSync(file);
    file = undefined;
  };
  const discard = async () => {
    given = true;
    close();
    await disk.unlink(path).catch(() => undefined);
    await disk.rmdir(places.partial).catch(() => undefined);
  };
  return {
    bytes,
    async *read() {
      const handle = await disk.open(path, "r");
      try {
        const buffer = Buffer.allocUnsafe(PIECE);
        for (let left = bytes; left > 0; ) {
          const { bytesRead } = await handle.read(buffer, 0, Math.min(PIECE, left), null);
          if (bytesRead === 0) break;
          left -= bytesRead;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await handle.close();
      }
    },
    append(chunk, total) {
      if (given || (bytes === 0 && (total === undefined || total < partialBytes))) return;
      try {
        file ??= disk.openSync(path, "a", 0o600);
        writeAll(disk, file, chunk);
      } catch {
        void discard();
      }
    },
    async keep() {
      if (given) return;
      close();
      if (!(await keep(disk, path, kept, partialBytes))) await discard();
    },
    discard,
  };
}

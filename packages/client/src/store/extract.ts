import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { isBananaError } from "@banana-peel/format";
import type { Disk } from "../disk/disk.js";
import { readTarball } from "../tarball/read-tarball.js";

/** Mode of the store's files: hard links share them with projects, so nobody may write to one. */
export const FILE_MODE = 0o444;

/**
 * Unpacks a tarball into a folder while it arrives. The files are read-only. A reader of `chunks` that only knows at
 * its end whether the bytes were the right ones always gets to say so.
 * @throws BananaError TARBALL_INVALID, and whatever `chunks` throws, which goes first
 */
export async function extractTarball(
  chunks: AsyncIterable<Uint8Array>,
  folder: string,
  label: string,
  disk: Disk,
): Promise<void> {
  const rest = chunks[Symbol.asyncIterator]();
  // Without return(): when the archive turns out to be broken, the rest is still there to be read.
  const unclosed = { [Symbol.asyncIterator]: () => ({ next: () => rest.next() }) };
  let open: number | undefined;
  try {
    await readTarball(unclosed, label, (path) => {
      const target = join(folder, ...path.split("/"));
      mkdirSync(dirname(target), { recursive: true });
      const file = disk.openSync(target, "wx", FILE_MODE);
      open = file;
      return {
        write: (chunk) => writeAll(disk, file, chunk),
        end: () => {
          open = undefined;
          disk.closeSync(file);
        },
      };
    });
    // A server may go on after the end of the archive, and the digest is only known at the very end.
    await drain(rest);
  } catch (error) {
    if (open !== undefined) disk.closeSync(open);
    if (isBananaError(error) && error.code === "TARBALL_INVALID") await drain(rest);
    else await rest.return?.();
    throw error;
  }
}

async function drain(rest: AsyncIterator<Uint8Array>): Promise<void> {
  while (!(await rest.next()).done);
}

function writeAll(disk: Disk, file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += disk.writeSync(file, bytes.subarray(written));
}

import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type FileDigest, isBananaError, missing, type PeelSource, tooLarge } from "@banana-peel/format";
import { diskError } from "@banana-peel/format/node";
import { type Disk, nodeDisk } from "../disk/disk.js";
import { writeAll } from "../disk/write-all.js";
import { type FileSink, readTarball, TARBALL_LIMITS, type TarballLimits } from "../tarball/read-tarball.js";

/** Mode of the store's files: hard links share them with projects, so nobody may write to one. */
export const FILE_MODE = 0o444;

/**
 * Unpacks a tarball into a folder while it arrives. The files are read-only. A reader of `chunks` that only knows at
 * its end whether the bytes were the right ones always gets to say so.
 * @returns size and SHA-256 of each file by its path, of the bytes that were written
 * @throws BananaError TARBALL_INVALID, DISK_FULL, and whatever `chunks` throws, which goes first
 */
export async function extractTarball(
  chunks: AsyncIterable<Uint8Array>,
  folder: string,
  label: string,
  disk: Disk = nodeDisk,
  limits: Partial<TarballLimits> = {},
): Promise<ReadonlyMap<string, FileDigest>> {
  const digests = new Map<string, FileDigest>();
  const rest = chunks[Symbol.asyncIterator]();
  // Without return(): when the archive turns out to be broken, the rest is still there to be read.
  const unclosed = { [Symbol.asyncIterator]: () => ({ next: () => rest.next() }) };
  const made = new Set<string>();
  let open: number | undefined;
  const begin = (path: string, size: number): FileSink => {
    const target = join(folder, ...path.split("/"));
    const above = dirname(target);
    if (!made.has(above)) mkdirSync(above, { recursive: true });
    made.add(above);
    const file = disk.openSync(target, "wx", FILE_MODE);
    open = file;
    const hash = createHash("sha256");
    let bytes = 0;
    return {
      write(chunk) {
        hash.update(chunk);
        bytes += chunk.length;
        try {
          writeAll(disk, file, chunk);
        } catch (error) {
          // It names no path.
          throw diskError(error, target, size);
        }
      },
      end() {
        open = undefined;
        disk.closeSync(file);
        digests.set(path, { bytes, sha256: hash.digest("hex") });
      },
    };
  };
  try {
    await readTarball(unclosed, label, begin, { ...TARBALL_LIMITS, ...limits });
    // A server may go on after the end of the archive, and the digest is only known at the very end.
    await drain(rest);
    return digests;
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

/** A source over a folder whose files were digested while they were written there, and by nobody else since. */
export function extractedSource(
  source: PeelSource,
  label: string,
  digests: ReadonlyMap<string, FileDigest>,
): PeelSource {
  return {
    ...source,
    label,
    async digest(path, maxBytes = Number.POSITIVE_INFINITY) {
      const digest = digests.get(path);
      if (digest === undefined) throw missing(label, path);
      if (digest.bytes > maxBytes) throw tooLarge(label, path, digest.bytes, maxBytes);
      return digest;
    },
  };
}

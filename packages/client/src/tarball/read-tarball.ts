import { BananaError, LIMITS } from "@banana-peel/format";
import { Parser, type ReadEntry } from "tar";
import { pathGuard, ROOT } from "./path-guard.js";

/** Limits of an archive that is read, against exhaustion (CWE-409, CWE-770). */
export interface TarballLimits {
  /** Entries in the archive. */
  files: number;
  /** Bytes of all files together, unpacked. */
  totalBytes: number;
  /** Unpacked bytes for one packed byte. */
  ratio: number;
}

/** What deflate can reach on zeros is 1032; an adapter whose B is still zero comes near. */
export const TARBALL_LIMITS: TarballLimits = {
  files: LIMITS.files,
  totalBytes: LIMITS.peelBytes,
  ratio: 1000,
};

/** Receives the bytes of one file. Both may throw; reading then ends with that error. */
export interface FileSink {
  write(chunk: Uint8Array): void;
  end(): void;
}

/** Packed bytes that are unpacked at a time; bounds the memory that one step can take to about 64 MiB. */
const SLICE = 64 * 1024;

/**
 * Reads a gzipped tarball of plain files under package/, calling `open` for each file with its path (without
 * package/) and size. Links, folders, special files, unsafe, repeated and case-colliding paths are refused before
 * a byte of the entry is delivered.
 * @throws BananaError TARBALL_INVALID, and whatever `open` or a sink throws
 */
export async function readTarball(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  label: string,
  open: (path: string, size: number) => FileSink,
  limits: TarballLimits = TARBALL_LIMITS,
): Promise<void> {
  let failure: unknown;
  const fail = (error: unknown) => {
    failure ??= error;
  };
  const check = pathGuard();
  let count = 0;
  let total = 0;
  /** Throws for an entry that a peel can't have; called before any of its bytes is read. */
  const admit = (entry: ReadEntry): void => {
    const where = `${label}: ${entry.path}`;
    if (entry.type !== "File" && entry.type !== "OldFile")
      throw invalid(where, `expected plain files only, found a ${entry.type}`);
    const problem = check(entry.path);
    if (problem !== undefined) throw invalid(where, problem);
    if (++count > limits.files) throw invalid(where, `expected at most ${limits.files} files, found more`);
    total += entry.size;
    if (total > limits.totalBytes)
      throw invalid(where, `expected at most ${limits.totalBytes} bytes unpacked, found at least ${total}`);
  };
  const parser = new Parser({
    strict: true,
    gzip: true,
    maxDecompressionRatio: limits.ratio,
    filter: (_path, entry) => {
      try {
        if (failure === undefined) admit(entry as ReadEntry);
      } catch (error) {
        fail(error);
      }
      return failure === undefined;
    },
    onReadEntry: (entry) => {
      const sink = guard(() => open(entry.path.slice(ROOT.length), entry.size), fail);
      entry.on("data", (chunk) => failure === undefined && guard(() => sink?.write(chunk), fail));
      entry.on("end", () => failure === undefined && guard(() => sink?.end(), fail));
    },
  });
  parser.on("ignoredEntry", (entry: ReadEntry) =>
    fail(invalid(`${label}: ${entry.path}`, `expected plain files only, found a ${entry.type}`)),
  );
  parser.on("error", (error: Error) =>
    fail(invalid(label, `expected a gzipped tar archive: ${error.message}`, error)),
  );
  const done = new Promise<void>((resolve) => parser.on("end", resolve));

  let seen = 0;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length && failure === undefined; from += SLICE) {
      const slice = chunk.subarray(from, from + SLICE);
      for (let i = 0; seen < 2 && i < slice.length; i++, seen++)
        if (slice[i] !== (seen === 0 ? 0x1f : 0x8b)) throw invalid(label, "expected gzip, found other bytes");
      guard(() => parser.write(Buffer.from(slice.buffer, slice.byteOffset, slice.length)), fail);
    }
    if (failure !== undefined) throw failure;
  }
  if (seen < 2) throw invalid(label, `expected gzip, found ${seen} bytes`);
  guard(() => parser.end(), fail);
  if (failure !== undefined) throw failure;
  await done;
  if (failure !== undefined) throw failure;
  if (count === 0) throw invalid(label, "expected at least one file, found none");
}

function guard<T>(action: () => T, fail: (error: unknown) => void): T | undefined {
  try {
    return action();
  } catch (error) {
    fail(error);
    return undefined;
  }
}

function invalid(where: string, message: string, cause?: unknown): BananaError {
  return new BananaError("TARBALL_INVALID", message, {
    where,
    hint: "Make the tarball with banana-peel pack; if you didn't make it, tell its author or the registry.",
    cause,
  });
}

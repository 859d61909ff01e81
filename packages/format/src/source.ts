import { sha256Hex } from "./digest.js";
import { BananaError } from "./errors/banana-error.js";
import { FILES } from "./layout.js";

/** Size in bytes and SHA-256 (lower-case hexadecimal) of one file. */
export interface FileDigest {
  readonly bytes: number;
  readonly sha256: string;
}

/** The files of a peel, wherever they are: a folder, a tarball in memory, an installed package. */
export interface PeelSource {
  /** Name for messages: a path or an address. */
  readonly label: string;
  /** Paths of all files, POSIX, relative to the peel, sorted by code unit. */
  list(): Promise<string[]>;
  /**
   * The bytes of one file.
   * @throws BananaError FILE_MISSING when there is none, FILE_TOO_LARGE when it has more than `maxBytes`.
   */
  read(path: string, maxBytes?: number): Promise<Uint8Array>;
  /**
   * The bytes of one file in pieces, for sources that need not hold a large file in memory. A piece is valid until the
   * next one is asked for. The same errors as `read`. Callers go through `streamFile`.
   */
  stream?(path: string, maxBytes?: number): AsyncIterable<Uint8Array>;
  /**
   * Size and SHA-256 of one file, for sources that can tell without handing its bytes out. The same errors as `read`.
   * Callers go through `digestFile`.
   */
  digest?(path: string, maxBytes?: number): Promise<FileDigest>;
}

/** The bytes of one file in pieces, each valid until the next is asked for; one piece where a source can't stream. */
export async function* streamFile(
  source: PeelSource,
  path: string,
  maxBytes?: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (source.stream === undefined) yield await source.read(path, maxBytes);
  else yield* source.stream(path, maxBytes);
}

/** Size and SHA-256 of one file, in constant memory where the source can stream. */
export async function digestFile(source: PeelSource, path: string, maxBytes?: number): Promise<FileDigest> {
  if (source.digest !== undefined) return source.digest(path, maxBytes);
  const bytes = await source.read(path, maxBytes);
  return { bytes: bytes.length, sha256: await sha256Hex(bytes) };
}

/** A source over files in memory. */
export function memorySource(files: ReadonlyMap<string, Uint8Array>, label = "memory"): PeelSource {
  return {
    label,
    async list() {
      return [...files.keys()].sort();
    },
    async read(path, maxBytes = Number.POSITIVE_INFINITY) {
      const bytes = files.get(path);
      if (bytes === undefined) throw missing(label, path);
      if (bytes.length > maxBytes) throw tooLarge(label, path, bytes.length, maxBytes);
      return bytes;
    },
  };
}

/** FILE_MISSING for a path of a source. */
export function missing(label: string, path: string, cause?: unknown): BananaError {
  return new BananaError("FILE_MISSING", `expected the file ${path} in ${label}, found none`, {
    where: path,
    hint:
      path === FILES.manifest
        ? `Add ${path}; is this the peel's own folder?`
        : `Add ${path}, or correct the entry that names it.`,
    cause,
  });
}

/** FILE_TOO_LARGE for a path of a source. */
export function tooLarge(label: string, path: string, bytes: number, maxBytes: number): BananaError {
  return new BananaError(
    "FILE_TOO_LARGE",
    `expected ${path} in ${label} to have at most ${maxBytes} bytes, found ${bytes}`,
    { where: path, hint: `Make ${path} smaller.` },
  );
}

import { BananaError } from "./errors/banana-error.js";

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
    hint: `Add ${path}, or correct the entry that names it.`,
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

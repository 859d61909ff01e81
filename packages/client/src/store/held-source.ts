import {
  digestFile,
  type FileDigest,
  isBananaError,
  type PeelSource,
  sha256Hex,
  streamFile,
} from "@banana-peel/format";

/** Bytes of a file up to which it is kept in memory, and of all such files of one peel. */
const FILE_BYTES = 256 * 1024;
const PEEL_BYTES = 4 * 1024 * 1024;

/** A source whose small files are in memory once they were read. */
export interface HeldSource extends PeelSource {
  /** Gives the memory back; from then on files are read where they lie. */
  forget(): void;
}

/**
 * Keeps small files of a source in memory while a peel is checked: each is read once, and what one check has seen is what
 * the next one sees, whatever happens to the file meanwhile. The list of files is made once too.
 */
export function holdSmallFiles(source: PeelSource): HeldSource {
  const held = new Map<string, Uint8Array>();
  let room = PEEL_BYTES;
  let isOpen = true;
  let paths: Promise<string[]> | undefined;
  /** The bytes of a file that is small and fits into the room that is left. */
  const small = async (path: string): Promise<Uint8Array | undefined> => {
    const before = held.get(path);
    if (before !== undefined || !isOpen) return before;
    try {
      return keep(path, await source.read(path, Math.min(FILE_BYTES, room)));
    } catch (error) {
      if (isBananaError(error) && error.code === "FILE_TOO_LARGE") return undefined;
      throw error;
    }
  };
  const keep = (path: string, bytes: Uint8Array): Uint8Array => {
    if (isOpen && !held.has(path) && bytes.length <= Math.min(FILE_BYTES, room)) {
      held.set(path, bytes);
      room -= bytes.length;
    }
    return bytes;
  };
  /** True where the source itself has to say that a file is too large. */
  const fits = (bytes: Uint8Array | undefined, maxBytes: number | undefined): bytes is Uint8Array =>
    bytes !== undefined && bytes.length <= (maxBytes ?? Number.POSITIVE_INFINITY);
  return {
    label: source.label,
    async list() {
      paths ??= source.list();
      return [...(await paths)];
    },
    async read(path, maxBytes) {
      const before = held.get(path);
      return fits(before, maxBytes) ? before : keep(path, await source.read(path, maxBytes));
    },
    async *stream(path, maxBytes) {
      const bytes = await small(path);
      if (fits(bytes, maxBytes)) yield bytes;
      else yield* streamFile(source, path, maxBytes);
    },
    async digest(path, maxBytes): Promise<FileDigest> {
      const bytes = await small(path);
      if (!fits(bytes, maxBytes)) return digestFile(source, path, maxBytes);
      return { bytes: bytes.length, sha256: await sha256Hex(bytes) };
    },
    forget() {
      isOpen = false;
      held.clear();
    },
  };
}

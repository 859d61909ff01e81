import { BananaError } from "@banana-peel/format";

/** Bytes of a tar record. */
const RECORD = 512;
const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
/** Offset and width of each field of a ustar header that a peel sets (POSIX.1-1988). */
const FIELD = {
  name: 0,
  mode: 100,
  uid: 108,
  gid: 116,
  size: 124,
  mtime: 136,
  checksum: 148,
  type: 156,
  magic: 257,
  prefix: 345,
} as const;

const encoder = new TextEncoder();

/**
 * The ustar header of a plain file: mode 0644, uid and gid 0, mtime 0, no owner names.
 * Specification: docs/specification/peel.md, Tarball.
 * @param path path in the archive, ASCII
 * @param size bytes of the file
 * @throws BananaError PATH_INVALID when the path doesn't fit ustar's name and prefix fields
 */
export function ustarHeader(path: string, size: number): Uint8Array {
  const header = new Uint8Array(RECORD);
  const put = (offset: number, text: string) => header.set(encoder.encode(text), offset);
  const [prefix, name] = splitPath(path);
  put(FIELD.name, name);
  put(FIELD.mode, octal(0o644, 7));
  put(FIELD.uid, octal(0, 7));
  put(FIELD.gid, octal(0, 7));
  put(FIELD.size, octal(size, 11));
  put(FIELD.mtime, octal(0, 11));
  put(FIELD.checksum, " ".repeat(8));
  put(FIELD.type, "0");
  put(FIELD.magic, "ustar\x0000");
  put(FIELD.prefix, prefix);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(FIELD.checksum, `${octal(sum, 6).slice(0, 6)}\0 `);
  return header;
}

/** Zero bytes that fill a file of `size` bytes up to a whole record. */
export function ustarPadding(size: number): Uint8Array {
  return new Uint8Array((RECORD - (size % RECORD)) % RECORD);
}

/** The two zero records that end an archive. */
export function ustarEnd(): Uint8Array {
  return new Uint8Array(2 * RECORD);
}

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, "0")}\0`;
}

function splitPath(path: string): [prefix: string, name: string] {
  if (path.length <= NAME_BYTES) return ["", path];
  const slash = path.indexOf("/", path.length - NAME_BYTES - 1);
  if (slash <= 0 || slash > PREFIX_BYTES || slash === path.length - 1)
    throw new BananaError(
      "PATH_INVALID",
      `expected a path that ustar can hold (${PREFIX_BYTES} bytes, a slash, ${NAME_BYTES} bytes), found ${path.length} bytes`,
      { where: path, hint: "Shorten the names of the file and its folders." },
    );
  return [path.slice(0, slash), path.slice(slash + 1)];
}

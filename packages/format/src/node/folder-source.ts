import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  read,
  readdirSync,
  readFile,
  readFileSync,
  readSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { BananaError } from "../errors/banana-error.js";
import { isSafePath } from "../layout.js";
import { LIMITS } from "../limits.js";
import { missing, type PeelSource, tooLarge } from "../source.js";

/** Bytes of a file that are in memory at a time while it is streamed. */
const PIECE = 1024 * 1024;
/**
 * Bytes up to which a file is read at once: the way to another thread and back costs more than such a file. A larger one
 * leaves the event loop free.
 */
const AT_ONCE = PIECE;
const readLater = promisify(read);
const readWholeLater = promisify(readFile);

/**
 * A source over a folder. Symbolic links (also on the way to a file) and anything but plain files and folders are
 * refused; `.git*` entries and node_modules at the top are not part of a peel.
 * Its methods throw BananaError FILE_MISSING, FILE_TOO_LARGE and PATH_INVALID.
 * @param signal stops what is read piece by piece, with its reason
 */
export function folderSource(folder: string, signal?: AbortSignal): PeelSource {
  return {
    label: folder,
    async list() {
      const paths: string[] = [];
      try {
        walk(folder, "", paths);
      } catch (error) {
        if (isAbsent(error)) throw noFolder(folder, error);
        throw error;
      }
      return paths.sort();
    },
    async read(path, maxBytes) {
      const file = openFile(folder, path, maxBytes);
      try {
        return file.size <= AT_ONCE ? readFileSync(file.fd) : await readWholeLater(file.fd);
      } finally {
        closeSync(file.fd);
      }
    },
    async *stream(path, maxBytes) {
      const file = openFile(folder, path, maxBytes);
      try {
        yield* pieces(file, signal);
      } finally {
        closeSync(file.fd);
      }
    },
    async digest(path, maxBytes) {
      const file = openFile(folder, path, maxBytes);
      try {
        const hash = createHash("sha256");
        let bytes = 0;
        for await (const piece of pieces(file, signal)) {
          hash.update(piece);
          bytes += piece.length;
        }
        return { bytes, sha256: hash.digest("hex") };
      } finally {
        closeSync(file.fd);
      }
    },
  };
}

/** A file that is open for reading. */
interface OpenFile {
  readonly fd: number;
  readonly size: number;
}

/** Opens a file and measures what was opened, so that the file that was measured is the one that is read. */
function openFile(folder: string, path: string, maxBytes = Number.POSITIVE_INFINITY): OpenFile {
  if (!isSafePath(path)) throw unsafe(path);
  try {
    refuseLinks(folder, path);
    const fd = openSync(join(folder, path), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile()) throw notPlain(path);
      if (stat.size > maxBytes) throw tooLarge(folder, path, stat.size, maxBytes);
      return { fd, size: stat.size };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  } catch (error) {
    if (isAbsent(error)) throw missing(folder, path, error);
    throw error;
  }
}

/** The rest of a file, piece by piece in one buffer. */
async function* pieces(
  { fd, size }: OpenFile,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(PIECE, size)));
  for (;;) {
    signal?.throwIfAborted();
    const length =
      size <= AT_ONCE
        ? readSync(fd, buffer, 0, buffer.length, null)
        : (await readLater(fd, buffer, 0, buffer.length, null)).bytesRead;
    if (length === 0) return;
    yield buffer.subarray(0, length);
  }
}

function refuseLinks(folder: string, path: string): void {
  const parts = path.split("/");
  for (let count = 1; count <= parts.length; count++) {
    const stat = lstatSync(join(folder, ...parts.slice(0, count)));
    const isLast = count === parts.length;
    if (isLast ? !stat.isFile() : stat.isSymbolicLink()) throw notPlain(path);
  }
}

function walk(folder: string, prefix: string, paths: string[]): void {
  for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    if (prefix === "" && (entry.name.startsWith(".git") || entry.name === "node_modules")) continue;
    const path = prefix + entry.name;
    if (entry.isDirectory()) walk(folder, `${path}/`, paths);
    else if (entry.isFile()) paths.push(path);
    else throw notPlain(path);
    if (paths.length > LIMITS.files)
      throw new BananaError(
        "FILE_TOO_LARGE",
        `expected at most ${LIMITS.files} files in a peel, found more`,
        {
          where: folder,
          hint: "Is this the peel's own folder?",
        },
      );
  }
}

function notPlain(path: string): BananaError {
  return new BananaError("PATH_INVALID", `expected a plain file at ${path}, found a link or a special file`, {
    where: path,
    hint: "Replace it with a copy of the file.",
  });
}

function unsafe(path: string): BananaError {
  return new BananaError("PATH_INVALID", `expected a plain relative path, found ${JSON.stringify(path)}`, {
    where: path,
    hint: "Use letters, digits, '.', '_' and '-', parts joined by '/', none of them '..'.",
  });
}

function noFolder(folder: string, cause: unknown): BananaError {
  return new BananaError("FILE_MISSING", `expected a folder at ${folder}, found none`, {
    where: folder,
    hint: "Check the path.",
    cause,
  });
}

/** ENOTDIR: a file lies where a folder should be, so that what is below it is absent too. */
function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}

import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { BananaError } from "../errors/banana-error.js";
import { isSafePath } from "../layout.js";
import { LIMITS } from "../limits.js";
import { missing, type PeelSource, tooLarge } from "../source.js";

/** Bytes of a file that are in memory at a time while it is streamed. */
const PIECE = 1024 * 1024;

/**
 * A source over a folder. Symbolic links (also on the way to a file) and anything but plain files and folders are
 * refused; `.git*` entries and node_modules at the top are not part of a peel.
 * Its methods throw BananaError FILE_MISSING, FILE_TOO_LARGE and PATH_INVALID.
 */
export function folderSource(folder: string): PeelSource {
  return {
    label: folder,
    async list() {
      const paths: string[] = [];
      try {
        await walk(folder, "", paths);
      } catch (error) {
        if (isAbsent(error)) throw noFolder(folder, error);
        throw error;
      }
      return paths.sort();
    },
    async read(path, maxBytes) {
      const handle = await openFile(folder, path, maxBytes);
      try {
        return await handle.readFile();
      } finally {
        await handle.close();
      }
    },
    async *stream(path, maxBytes) {
      const handle = await openFile(folder, path, maxBytes);
      try {
        yield* pieces(handle);
      } finally {
        await handle.close();
      }
    },
    async digest(path, maxBytes) {
      const handle = await openFile(folder, path, maxBytes);
      try {
        const hash = createHash("sha256");
        let bytes = 0;
        for await (const piece of pieces(handle)) {
          hash.update(piece);
          bytes += piece.length;
        }
        return { bytes, sha256: hash.digest("hex") };
      } finally {
        await handle.close();
      }
    },
  };
}

/** Opens a file and measures it through the handle, so that the file that was measured is the one that is read. */
async function openFile(
  folder: string,
  path: string,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<FileHandle> {
  if (!isSafePath(path)) throw unsafe(path);
  try {
    await refuseLinks(folder, path);
    const handle = await open(join(folder, path), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw notPlain(path);
      if (stat.size > maxBytes) throw tooLarge(folder, path, stat.size, maxBytes);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    if (isAbsent(error)) throw missing(folder, path, error);
    throw error;
  }
}

/** The rest of a file, piece by piece in one buffer. */
async function* pieces(handle: FileHandle): AsyncGenerator<Uint8Array, void, undefined> {
  const { size } = await handle.stat();
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(PIECE, size)));
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function refuseLinks(folder: string, path: string): Promise<void> {
  const parts = path.split("/");
  for (let count = 1; count <= parts.length; count++) {
    const stat = await lstat(join(folder, ...parts.slice(0, count)));
    const isLast = count === parts.length;
    if (isLast ? !stat.isFile() : stat.isSymbolicLink()) throw notPlain(path);
  }
}

async function walk(folder: string, prefix: string, paths: string[]): Promise<void> {
  for (const entry of await readdir(join(folder, prefix), { withFileTypes: true })) {
    if (prefix === "" && (entry.name.startsWith(".git") || entry.name === "node_modules")) continue;
    const path = prefix + entry.name;
    if (entry.isDirectory()) await walk(folder, `${path}/`, paths);
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

import { open, readFile, rename, stat, writeFile } from "node:fs/promises";
import { hashFile } from "./hash-file.js";

/** What a file was like when its hash was taken. A change of its content changes ctime, which no program can set. */
interface Seal {
  readonly sha256: string;
  readonly bytes: string;
  readonly inode: string;
  readonly modified: string;
  readonly changed: string;
}

/** Hashes a file, waits until it is on disk, and writes its seal beside it. */
export async function seal(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
  // Taken before the hash: a change while it is being taken breaks the seal.
  const state = await stateOf(path);
  const { sha256 } = await hashFile(path);
  await put(path, { sha256, ...state });
}

/**
 * Whether a file is as it was sealed: by its state, or, where that has changed, by its hash.
 * @param hashing true: by its hash, whatever its state
 */
export async function isSealed(
  path: string,
  signal: AbortSignal | undefined,
  hashing = false,
): Promise<boolean> {
  const own = JSON.parse(await readFile(sealPath(path), "utf8")) as Seal;
  const state = await stateOf(path);
  if (state.bytes !== own.bytes) return false;
  const same = state.inode === own.inode && state.modified === own.modified && state.changed === own.changed;
  if (same && !hashing) return true;
  const { sha256 } = await hashFile(path, signal);
  if (sha256 !== own.sha256) return false;
  if (same) return true;
  await put(path, { sha256, ...state });
  return true;
}

const sealPath = (path: string) => `${path}.seal`;

async function put(path: string, own: Seal): Promise<void> {
  const partial = `${sealPath(path)}.${process.pid}.partial`;
  await writeFile(partial, JSON.stringify(own));
  await rename(partial, sealPath(path));
}

async function stateOf(path: string): Promise<Omit<Seal, "sha256">> {
  const { size, ino, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return { bytes: `${size}`, inode: `${ino}`, modified: `${mtimeNs}`, changed: `${ctimeNs}` };
}

import { open, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inTurns } from "../plan/in-turns.js";
import { hashFile } from "./hash-file.js";
import { SEAL, WEIGHTS } from "./set-files.js";

/** What a file is like beside its content. A change of its content changes ctime, which no program can set. */
interface FileState {
  readonly bytes: string;
  readonly inode: string;
  readonly modified: string;
  readonly changed: string;
}

/** What each file of weights was like when its hash was taken, by name. */
type Seal = Readonly<Record<string, FileState & { readonly sha256: string }>>;

/** Waits until the weights of the set in a folder are on disk, hashes them, and writes their seal. */
export async function seal(set: string): Promise<void> {
  const names = (await readdir(join(set, WEIGHTS))).sort();
  await inTurns(names, async (name) => {
    const file = await open(join(set, WEIGHTS, name), "r+");
    try {
      await file.datasync();
    } finally {
      await file.close();
    }
  });
  const sealed: Record<string, Seal[string]> = {};
  for (const name of names) {
    const path = join(set, WEIGHTS, name);
    // Taken before the hash: a change while it is being taken breaks the seal.
    const state = await stateOf(path);
    const { sha256 } = await hashFile(path);
    sealed[name] = { sha256, ...state };
  }
  await put(set, sealed);
}

/**
 * Whether the weights of a set are as they were sealed: each file by its state, or, where that has changed, by its hash.
 * @param hashing true: by their hashes, whatever their states
 */
export async function isSealed(
  set: string,
  signal: AbortSignal | undefined,
  hashing = false,
): Promise<boolean> {
  const own = JSON.parse(await readFile(join(set, SEAL), "utf8")) as Seal;
  const names = Object.keys(own);
  const paths = names.map((name) => join(set, WEIGHTS, name));
  const states = await Promise.all(paths.map(stateOf));
  if (names.some((name, i) => states[i]!.bytes !== own[name]!.bytes)) return false;
  const same = names.map((name, i) => isSame(states[i]!, own[name]!));
  for (const [i, name] of names.entries()) {
    if (same[i] && !hashing) continue;
    const { sha256 } = await hashFile(paths[i]!, signal);
    if (sha256 !== own[name]!.sha256) return false;
  }
  if (same.every(Boolean)) return true;
  await put(set, Object.fromEntries(names.map((name, i) => [name, { ...own[name]!, ...states[i]! }])));
  return true;
}

function isSame(a: FileState, b: FileState): boolean {
  return a.inode === b.inode && a.modified === b.modified && a.changed === b.changed;
}

async function put(set: string, own: Seal): Promise<void> {
  const path = join(set, SEAL);
  const partial = `${path}.${process.pid}.partial`;
  await writeFile(partial, JSON.stringify(own));
  await rename(partial, path);
}

async function stateOf(path: string): Promise<FileState> {
  const { size, ino, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return { bytes: `${size}`, inode: `${ino}`, modified: `${mtimeNs}`, changed: `${ctimeNs}` };
}

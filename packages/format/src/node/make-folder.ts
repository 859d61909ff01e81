import * as promises from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** What making folders needs of a file system: node:fs/promises, or what stands for it. */
export type FolderDisk = Pick<typeof promises, "lstat" | "mkdir" | "realpath" | "rmdir">;

/** Tries while another process removes empty folders above. */
const ATTEMPTS = 10;

/**
 * Makes a folder and those above it, all of them or none, also while another process removes them because they are
 * empty. In place of mkdir's `recursive`, which in Node goes round for ever where the system finds no folder above
 * although one is there, as below /proc.
 * @param options.mode mode of the folders that are made, less the umask; default 0777
 * @returns the topmost folder that was made; undefined when it was there
 * @throws the file system's error; of a system that lets nobody make one, after a bounded number of tries
 */
export async function makeFolder(
  folder: string,
  { mode, disk = promises }: { mode?: number | undefined; disk?: FolderDisk | undefined } = {},
): Promise<string | undefined> {
  const path = resolve(folder);
  for (let attempt = 1; ; attempt++)
    try {
      return await makeWithAbove(path, mode ?? 0o777, disk);
    } catch (error) {
      if (!isAbsent(error) || attempt === ATTEMPTS) throw error;
    }
}

/**
 * Takes away what `makeFolder` made, as far as the folders are empty.
 * @param made what `makeFolder` returned
 */
export async function unmakeFolder(
  folder: string,
  made: string | undefined,
  disk: Pick<FolderDisk, "rmdir"> = promises,
): Promise<void> {
  if (made === undefined) return;
  try {
    for (let path = resolve(folder); path.length >= made.length; path = dirname(path)) await disk.rmdir(path);
  } catch {
    // Somebody else needs it.
  }
}

async function makeWithAbove(path: string, mode: number, disk: FolderDisk): Promise<string | undefined> {
  try {
    return await makeOne(path, mode, disk);
  } catch (error) {
    const above = dirname(path);
    if (!isAbsent(error) || above === path) throw error;
    const made = await makeWithAbove(above, mode, disk);
    try {
      return (await makeOne(path, mode, disk)) === undefined ? made : (made ?? path);
    } catch (error) {
      await unmakeFolder(above, made, disk);
      throw error;
    }
  }
}

/** @returns the path, or undefined when a folder was there */
async function makeOne(path: string, mode: number, disk: FolderDisk): Promise<string | undefined> {
  try {
    await disk.mkdir(path, { mode });
    return path;
  } catch (error) {
    if (isAbsent(error)) throw error;
    // Throws ENOENT where another process has taken away meanwhile what was in the way: then it is made anew.
    if ((error as NodeJS.ErrnoException).code === "EEXIST") await disk.lstat(path);
    if (!(await isFolder(path, disk))) throw error;
    return undefined;
  }
}

async function isFolder(path: string, disk: FolderDisk): Promise<boolean> {
  try {
    return (await disk.lstat(await disk.realpath(path))).isDirectory();
  } catch {
    return false;
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

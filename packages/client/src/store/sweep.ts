import { join } from "node:path";
import { isAbandoned, isAtWork, makeFolder } from "@banana-peel/format/node";
import type { Disk } from "../disk/disk.js";
import { hasCode } from "../disk/errors.js";
import { removeEmpty, removeTree } from "../disk/remove.js";
import type { Places } from "./places.js";

/** Milliseconds after which nobody comes back: for a broken download, and for the work of another machine's process. */
const FORGOTTEN_MS = 7 * 24 * 60 * 60 * 1000;
/** A download at work, `<host>.<pid>.<random>.<key>.part`: a kill leaves it to whoever wants the same bytes. */
const PART = /\.([0-9a-f]{64})\.part$/;

/** The name of a download at work, from `ownName` and the place where it is kept when it breaks off. */
export function partName(own: string, kept: string): string {
  return `${own}.${kept.slice(-64)}.part`;
}

/**
 * Removes what processes that are gone have left in a store; a broken download of theirs is kept for another try. Every
 * command that uses the store does this first, so that a kill leaves nothing for longer than until the next command.
 * @param partialBytes bytes from which on a broken download is worth keeping
 */
export async function sweepStore(disk: Disk, places: Places, partialBytes: number): Promise<void> {
  const now = Date.now();
  const isOld = async (path: string) => {
    const found = await disk.lstat(path).catch(() => undefined);
    // A time far ahead is a clock's that was wrong then: nobody would ever forget it.
    return found !== undefined && Math.abs(now - found.mtimeMs) > FORGOTTEN_MS;
  };
  for (const name of await list(disk, places.temporary)) {
    const path = join(places.temporary, name);
    // A process at work on this machine is known to be, whatever the clock says.
    if (isAtWork(name) || (!isAbandoned(name) && !(await isOld(path)))) continue;
    const key = PART.exec(name)?.[1];
    if (key === undefined || !(await keep(disk, path, join(places.partial, key), partialBytes)))
      await removeTree(disk, path);
  }
  for (const name of await list(disk, places.partial))
    if (await isOld(join(places.partial, name))) await removeTree(disk, join(places.partial, name));
  await removeEmpty(disk, places.temporary);
  await removeEmpty(disk, places.partial);
}

/** Moves a broken download to where it is kept; false when it isn't worth it. */
export async function keep(disk: Disk, path: string, kept: string, partialBytes: number): Promise<boolean> {
  try {
    if ((await disk.lstat(path)).size < partialBytes) return false;
    await makeFolder(join(kept, ".."), { disk });
    await disk.rename(path, kept);
    return true;
  } catch {
    return false;
  }
}

async function list(disk: Disk, folder: string): Promise<string[]> {
  try {
    return await disk.readdir(folder);
  } catch (error) {
    // ENOTDIR: whoever wants to write here says what is wrong.
    if (hasCode(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
}

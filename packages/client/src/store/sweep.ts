import { join } from "node:path";
import { isAbandoned, isAtWork, makeFolder } from "@banana-peel/format/node";
import type { Disk } from "../disk/disk.js";
import { hasCode } from "../disk/errors.js";
import { removeEmpty, removeTree } from "../disk/remove.js";
import { writeWhole } from "../disk/write-whole.js";
import type { Places } from "./places.js";

/** Milliseconds after which nobody comes back: for a broken download, and for the work of another machine's process. */
const FORGOTTEN_MS = 7 * 24 * 60 * 60 * 1000;
/** File of a store in which it notes since when it has seen something old. */
const NOTE = "old.json";
/** A download at work, `<host>.<pid>.<random>.<key>.part`: a kill leaves it to whoever wants the same bytes. */
const PART = /\.([0-9a-f]{64})\.part$/;

/** The name of a download at work, from `ownName` and the place where it is kept when it breaks off. */
export function partName(own: string, kept: string): string {
  return `${own}.${kept.slice(-64)}.part`;
}

/**
 * Removes what processes that are gone have left in a store; a broken download of theirs is kept for another try. Every
 * command that uses the store does this first, so that a kill leaves nothing for longer than until the next command.
 * What only its time makes old goes when the store has seen it old for a week more by a clock that didn't jump: a clock
 * that is wrong makes all of it old at once.
 * @param partialBytes bytes from which on a broken download is worth keeping
 * @param now milliseconds since 1970
 */
export async function sweepStore(
  disk: Disk,
  places: Places,
  partialBytes: number,
  now: number = Date.now(),
): Promise<void> {
  let forgets: Promise<boolean> | undefined;
  const isForgotten = async (path: string) => {
    const found = await disk.lstat(path).catch(() => undefined);
    // A time far ahead is a clock's that was wrong then: nobody would ever forget it.
    if (found === undefined || Math.abs(now - found.mtimeMs) <= FORGOTTEN_MS) return false;
    forgets ??= isSeenForLong(disk, join(places.home, NOTE), now);
    return forgets;
  };
  for (const name of await list(disk, places.temporary)) {
    const path = join(places.temporary, name);
    // A process at work on this machine is known to be, whatever the clock says.
    if (isAtWork(name) || (!isAbandoned(name) && !(await isForgotten(path)))) continue;
    const key = PART.exec(name)?.[1];
    if (key === undefined || !(await keep(disk, path, join(places.partial, key), partialBytes)))
      await removeTree(disk, path);
  }
  for (const name of await list(disk, places.partial))
    if (await isForgotten(join(places.partial, name))) await removeTree(disk, join(places.partial, name));
  await removeEmpty(disk, places.temporary);
  await removeEmpty(disk, places.partial);
  // Whoever can't write in the store isn't told so by this.
  if (forgets === undefined || (await forgets))
    await disk.rm(join(places.home, NOTE), { force: true }).catch(() => undefined);
}

/** Whether a store has seen old things for FORGOTTEN_MS, and its clock moved on from command to command meanwhile. */
async function isSeenForLong(disk: Disk, note: string, now: number): Promise<boolean> {
  const { since, last } = await readNote(disk, note);
  const begin = Math.abs(now - last) <= FORGOTTEN_MS ? since : now;
  if (now - begin > FORGOTTEN_MS) return true;
  const text = new TextEncoder().encode(JSON.stringify({ since: begin, last: now }));
  await writeWhole(note, text, disk).catch(() => undefined);
  return false;
}

async function readNote(disk: Disk, note: string): Promise<{ since: number; last: number }> {
  try {
    const { since, last } = JSON.parse((await disk.readFile(note)).toString("utf8"));
    if (Number.isFinite(since) && Number.isFinite(last)) return { since, last };
  } catch {
    // None, or one that was cut: it begins anew.
  }
  return { since: 0, last: Number.NEGATIVE_INFINITY };
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

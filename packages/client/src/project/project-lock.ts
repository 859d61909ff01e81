import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BananaError } from "@banana-peel/format";
import { isAbandoned, makeFolder, ownName, unmakeFolder } from "@banana-peel/format/node";
import type { Disk } from "../disk/disk.js";
import { hasCode } from "../disk/errors.js";
import { removeEmpty, removeTree } from "../disk/remove.js";
import { cancelled } from "../registry/request-error.js";
import { PEELS } from "./read-project.js";

/** Folder that unfinished work lies in, inside the project's folder of peels. */
export const STAGING = ".staging";
/** The lock: a folder that holds one empty folder, named after its owner. */
const LOCK = "lock";
export const LOCK_PREFIX = "lock-";
const WAIT_MS = 120_000;
const POLL_MS = 25;

/**
 * Does work while no other process works in the project, and cleans away what it needed to wait. A lock whose owner
 * is gone (killed) is taken over.
 * @param work gets the staging folder's path
 * @throws BananaError PROJECT_BUSY, CANCELLED, and what `work` throws
 */
export async function withProjectLock<T>(
  project: string,
  disk: Disk,
  work: (staging: string) => Promise<T>,
  options: { signal?: AbortSignal | undefined; waitMs?: number | undefined } = {},
): Promise<T> {
  const staging = join(project, PEELS, STAGING);
  const lock = join(staging, LOCK);
  const name = ownName();
  const candidate = join(staging, LOCK_PREFIX + name);
  const deadline = performance.now() + (options.waitMs ?? WAIT_MS);
  /** The topmost folder that was made for this work: above the project, where nothing was there. */
  let made: string | undefined;
  const tidy = async () => {
    await removeTree(disk, candidate).catch(() => undefined);
    await removeEmpty(disk, staging, join(project, PEELS)).catch(() => undefined);
    await unmakeFolder(project, made, disk);
  };
  try {
    for (;;) {
      const top = await makeFolder(join(candidate, name), { disk });
      made ??= top;
      if (await take(disk, candidate, lock)) break;
      if (options.signal?.aborted) throw cancelled(options.signal.reason);
      if (performance.now() > deadline) throw busy(project);
      if (!(await stealAbandoned(disk, staging, lock))) await sleep(POLL_MS);
    }
  } catch (error) {
    await tidy();
    throw error;
  }
  try {
    return await work(staging);
  } finally {
    // By rename first, so that the lock is never seen half-removed.
    await disk.rename(lock, candidate).catch(() => undefined);
    await tidy();
  }
}

async function take(disk: Disk, candidate: string, lock: string): Promise<boolean> {
  try {
    await disk.rename(candidate, lock);
    return true;
  } catch (error) {
    // ENOENT: the last owner removed the empty staging folder in between.
    if (hasCode(error, "ENOTEMPTY", "EEXIST", "EPERM", "ENOENT")) return false;
    throw error;
  }
}

/** Takes away a lock whose owner is gone; true when something changed. */
async function stealAbandoned(disk: Disk, staging: string, lock: string): Promise<boolean> {
  const owner = await ownerOf(disk, lock);
  if (owner === undefined || !isAbandoned(owner)) return owner === undefined;
  const grave = join(staging, LOCK_PREFIX + ownName());
  try {
    await disk.rename(lock, grave);
  } catch {
    return true;
  }
  // Another process may have been quicker, and this be its lock: then it goes back.
  if ((await ownerOf(disk, grave)) === owner) await removeTree(disk, grave);
  else await disk.rename(grave, lock).catch(() => undefined);
  return true;
}

async function ownerOf(disk: Disk, lock: string): Promise<string | undefined> {
  try {
    return (await disk.readdir(lock))[0];
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function busy(project: string): BananaError {
  return new BananaError("PROJECT_BUSY", "expected no other command at work in this project, found one", {
    where: project,
    hint: "Wait until it has ended, then try again.",
  });
}

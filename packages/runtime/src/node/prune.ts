import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isAbandoned, isAtWork, ownName } from "@banana-peel/format/node";
import { ENTRY, weightBytes } from "./set-files.js";

/** Milliseconds after which a set that another machine's process makes is taken for one whose process has died. */
const STALE_MS = 24 * 60 * 60 * 1000;
const PARTIAL = ".partial";

/** Where a set is made before it is renamed to its place; the name says by which process. */
export function stagingOf(place: string): string {
  return `${place}.${ownName()}${PARTIAL}`;
}

/**
 * Removes the least recently used sets of a cache until the rest holds at most `maxBytes`, and what processes that are
 * gone have left. What a process of this machine is making stays, whatever the clock says.
 * @param keep a set that is never removed
 * @param now milliseconds, as Date.now; a set that was used long after it was used while the clock was wrong, and goes first
 */
export async function prune(
  folder: string,
  maxBytes: number,
  keep: string,
  now: number = Date.now(),
): Promise<void> {
  const sets: { path: string; bytes: number; used: number }[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name.endsWith(PARTIAL)) {
      if (await isLeft(path, name, now)) await rm(path, { recursive: true, force: true });
      continue;
    }
    const entry = await stat(join(path, ENTRY)).catch(() => undefined);
    if (entry !== undefined) sets.push({ path, bytes: await weightBytes(path), used: entry.mtimeMs });
  }
  let total = sets.reduce((sum, { bytes }) => sum + bytes, 0);
  const ahead = ({ used }: { used: number }) => Number(used - now > STALE_MS);
  for (const { path, bytes } of sets.sort((a, b) => ahead(b) - ahead(a) || a.used - b.used)) {
    if (total <= maxBytes) return;
    if (path === keep) continue;
    await rm(path, { recursive: true, force: true });
    total -= bytes;
  }
}

/** Whether nobody will finish a set that was begun. */
async function isLeft(path: string, name: string, now: number): Promise<boolean> {
  const owner = name.slice(name.indexOf(".") + 1);
  if (isAtWork(owner)) return false;
  if (isAbandoned(owner)) return true;
  const own = await stat(path).catch(() => undefined);
  return own !== undefined && Math.abs(now - own.mtimeMs) > STALE_MS;
}

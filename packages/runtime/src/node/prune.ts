import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ENTRY, FILE } from "./set-files.js";

/** Milliseconds after which a set that is being made is taken for one whose process has died. */
const STALE_MS = 24 * 60 * 60 * 1000;

/** Removes the least recently used sets of a cache until the rest holds at most `maxBytes`; never `keep`. */
export async function prune(folder: string, maxBytes: number, keep: string): Promise<void> {
  const sets: { path: string; bytes: number; used: number }[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const [file, entry] = await Promise.all(
      [FILE, ENTRY].map((own) => stat(join(path, own)).catch(() => undefined)),
    );
    if (name.endsWith(".partial")) {
      const own = await stat(path).catch(() => undefined);
      if (own !== undefined && Date.now() - own.mtimeMs > STALE_MS)
        await rm(path, { recursive: true, force: true });
    } else if (file !== undefined && entry !== undefined)
      sets.push({ path, bytes: file.size, used: entry.mtimeMs });
  }
  let total = sets.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { path, bytes } of sets.sort((a, b) => a.used - b.used)) {
    if (total <= maxBytes) return;
    if (path === keep) continue;
    await rm(path, { recursive: true, force: true });
    total -= bytes;
  }
}

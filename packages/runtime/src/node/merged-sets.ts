import { readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { diskError } from "@banana-peel/format/node";
import type { SetContent } from "../cache/types.js";
import { stagingOf } from "./prune.js";
import { isSealed } from "./seal.js";
import { ENTRY, type Entry, VERSION, weightBytes } from "./set-files.js";

/** A merged set of a cache, checked now. */
export interface MergedSet {
  readonly folder: string;
  /** Bytes of its weights; what it shares with the base isn't counted. */
  readonly bytes: number;
  /** False: its weights aren't those that were written, or it is of another version of the layout. */
  readonly whole: boolean;
  /** Known of a whole one only. */
  readonly content: SetContent | undefined;
}

/** Options of listMergedSets. */
export interface ListSetsOptions {
  /** true: hash the weights of each set; false trusts the states of the files that the hashes were taken of. */
  readonly hashing?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * The sets in the folder of a mergedCache, with the most lately used first; changes nothing. Sets that are being made
 * aren't among them.
 */
export async function listMergedSets(folder: string, options: ListSetsOptions = {}): Promise<MergedSet[]> {
  const found: { set: MergedSet; used: number }[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.includes(".")) continue;
    const path = join(folder, name);
    const [bytes, entry] = await Promise.all([
      weightBytes(path),
      stat(join(path, ENTRY)).catch(() => undefined),
    ]);
    const content = await contentOf(path, options);
    const set = { folder: path, bytes, whole: content !== undefined, content };
    found.push({ set, used: entry?.mtimeMs ?? 0 });
  }
  return found.sort((a, b) => b.used - a.used).map(({ set }) => set);
}

/**
 * Removes sets, each by one rename first, so that nobody opens half of one. Sessions that run from a set keep its
 * weights until they are released.
 * @param which all, or only those that aren't whole by their hash; they are made anew when they are needed
 * @returns what was there, and whether each was removed
 * @throws BananaError TARGET_READ_ONLY; the signal's reason
 */
export async function cleanMergedSets(
  folder: string,
  which: "all" | "broken",
  { signal }: { signal?: AbortSignal } = {},
): Promise<(MergedSet & { readonly removed: boolean })[]> {
  const sets = await listMergedSets(folder, { hashing: which === "broken", ...(signal && { signal }) });
  try {
    return await Promise.all(
      sets.map(async (set) => {
        if (which === "broken" && set.whole) return { ...set, removed: false };
        const grave = stagingOf(set.folder);
        await rename(set.folder, grave).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== "ENOENT") throw error;
        });
        await rm(grave, { recursive: true, force: true });
        return { ...set, removed: true };
      }),
    );
  } catch (error) {
    throw diskError(error, folder);
  }
}

async function contentOf(
  path: string,
  { hashing = false, signal }: ListSetsOptions,
): Promise<SetContent | undefined> {
  try {
    const { version, base, peels } = JSON.parse(await readFile(join(path, ENTRY), "utf8")) as Entry;
    if (version !== VERSION || !(await isSealed(path, signal, hashing))) return undefined;
    return { base, peels };
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

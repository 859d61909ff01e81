import { open, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { diskError, makeFolder } from "@banana-peel/format/node";
import type { CachedSet, MergedCache, MergedFile, SetToMake } from "../cache/types.js";
import { linkBase } from "./link-base.js";
import { prune, stagingOf } from "./prune.js";
import { isSealed, seal } from "./seal.js";
import { ENTRY, type Entry, VERSION, WEIGHTS } from "./set-files.js";

/** Bytes of all sets beyond which the least recently used go: 16 GiB, some ten sets of a 1.8B base. */
const MAX_BYTES = 16 * 2 ** 30;

/** Weights that are merged in a few milliseconds. */
const LEAST_WEIGHTS = 1 << 22;

/** Options of mergedCache. */
export interface MergedCacheOptions {
  /** Weights that peels must change for a set to be kept; default some 4 million. */
  readonly leastWeights?: number;
  /** Bytes of all sets beyond which the least recently used are removed; default 16 GiB. */
  readonly maxBytes?: number;
}

/**
 * A cache of merged sets in a folder: one folder a set, with the merged weights in one file a target and hard links to the
 * base's own files, so that what a peel doesn't touch is never copied (where base and cache are on one file system;
 * else the file system's clone, else a copy). A set is written under another name and renamed when it is whole. It
 * counts once its hashes are on disk, which happens in the background; a file that was touched since is hashed again.
 */
export function mergedCache(folder: string, options: MergedCacheOptions = {}): MergedCache {
  const { maxBytes = MAX_BYTES, leastWeights = LEAST_WEIGHTS } = options;
  const sealing = new Set<Promise<void>>();
  const place = (key: string) => join(folder, key.replace(/[^0-9a-z]/g, "-"));

  async function get(key: string, base: string, signal?: AbortSignal): Promise<CachedSet | undefined> {
    const at = place(key);
    try {
      const entry = JSON.parse(await readFile(join(at, ENTRY), "utf8")) as Entry;
      const right = entry.version === VERSION && entry.key === key;
      if (right && (await isSealed(at, signal))) {
        await linkBase(base, at, entry.externalData);
        const now = new Date();
        await utimes(join(at, ENTRY), now, now);
        return { ...entry, folder: at };
      }
    } catch (cause) {
      signal?.throwIfAborted();
      if ((cause as NodeJS.ErrnoException).code === "ENOENT" && !(await exists(at))) return undefined;
    }
    // What can't be removed can't be made anew either, and `make` says why.
    await rm(at, { recursive: true, force: true }).catch(() => {});
    return undefined;
  }

  return {
    leastWeights,
    get,
    async make(key: string, set: SetToMake, signal?: AbortSignal): Promise<CachedSet | undefined> {
      const at = place(key);
      const staging = stagingOf(at);
      try {
        await makeFolder(join(staging, WEIGHTS));
        await linkBase(set.base, staging, set.externalData);
        const stored = await set.write((target) => fileIn(staging, target));
        signal?.throwIfAborted();
        if (stored === undefined) {
          await rm(staging, { recursive: true });
          return undefined;
        }
        const { content, externalData } = set;
        const entry: Entry = { version: VERSION, key, ...content, externalData, ...stored };
        await writeFile(join(staging, ENTRY), `${JSON.stringify(entry)}\n`);
        // What is there under this name isn't whole, or `get` would have given it.
        await rm(at, { recursive: true, force: true });
        await rename(staging, at);
        const done: Promise<void> = seal(at)
          .then(() => prune(folder, maxBytes, at))
          .catch(() => {})
          .finally(() => sealing.delete(done));
        sealing.add(done);
        return { ...entry, folder: at };
      } catch (error) {
        await rm(staging, { recursive: true, force: true }).catch(() => {});
        throw diskError(error, folder);
      }
    },
    async settled() {
      await Promise.all(sealing);
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return open(path).then(
    (file) => file.close().then(() => true),
    () => false,
  );
}

/** Makes the file for a target's weights. */
async function fileIn(staging: string, target: number): Promise<MergedFile> {
  const name = `${WEIGHTS}/${target}.bin`;
  const path = join(staging, name);
  await writeFile(path, "", { flag: "wx" });
  return {
    name,
    path,
    async put(offset, bytes) {
      const file = await open(path, "r+");
      try {
        for (let done = 0; done < bytes.length; )
          done += (await file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
      } finally {
        await file.close();
      }
    },
  };
}

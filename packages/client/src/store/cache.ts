import { join } from "node:path";
import { isBananaError } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { verifyPeel } from "@banana-peel/signer/verify";
import { type Disk, nodeDisk } from "../disk/disk.js";
import { diskError, hasCode } from "../disk/errors.js";
import { ownName } from "../disk/process-id.js";
import { removeEmpty, removeTree } from "../disk/remove.js";
import { LAYOUT } from "./store.js";

/** An entry of the store, verified now. */
export interface CachedPeel {
  readonly folder: string;
  /** False: its files are not those that were signed. */
  readonly whole: boolean;
  /** Name, version and bytes are known of a whole one only. */
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly bytes: number | undefined;
}

/**
 * Everything in the store, each entry verified; changes nothing.
 * @throws BananaError TARGET_READ_ONLY
 */
export async function listCache(store: string, disk: Disk = nodeDisk): Promise<CachedPeel[]> {
  const peels: CachedPeel[] = [];
  for (const folder of await entries(store, disk)) peels.push(await look(folder));
  return peels.sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

/**
 * Removes entries of the store, each by one rename first, so that nobody sees half of one. Projects keep their files.
 * @param which all, or only those that are broken, which are fetched again when they are needed
 * @returns what was there, and whether each was removed
 */
export async function cleanCache(
  store: string,
  which: "all" | "broken",
  disk: Disk = nodeDisk,
): Promise<(CachedPeel & { readonly removed: boolean })[]> {
  const temporary = join(store, LAYOUT, "tmp");
  const found = await listCache(store, disk);
  try {
    return await Promise.all(
      found.map(async (peel) => {
        if (which === "broken" && peel.whole) return { ...peel, removed: false };
        const grave = join(temporary, ownName());
        await disk.mkdir(temporary, { recursive: true });
        // Another process may have removed it first.
        await disk.rename(peel.folder, grave).catch((error: unknown) => {
          if (!hasCode(error, "ENOENT")) throw error;
        });
        await removeTree(disk, grave);
        await removeEmpty(disk, join(peel.folder, ".."), temporary);
        return { ...peel, removed: true };
      }),
    );
  } catch (error) {
    throw diskError(error, store);
  }
}

async function look(folder: string): Promise<CachedPeel> {
  try {
    const { manifest, files } = await verifyPeel(folderSource(folder));
    const bytes = [...files.values()].reduce((total, file) => total + file.bytes, 0);
    return { folder, whole: true, name: manifest.name, version: manifest.version, bytes };
  } catch (error) {
    if (!isBananaError(error) && !hasCode(error, "ENOENT", "EIO")) throw error;
    return { folder, whole: false, name: undefined, version: undefined, bytes: undefined };
  }
}

async function entries(store: string, disk: Disk): Promise<string[]> {
  const home = join(store, LAYOUT);
  const names = async (folder: string) => {
    try {
      return await disk.readdir(folder);
    } catch (error) {
      if (hasCode(error, "ENOENT", "ENOTDIR")) return [];
      throw diskError(error, folder);
    }
  };
  const found: string[] = [];
  for (const group of await names(home))
    if (/^[0-9a-f]{2}$/.test(group))
      for (const key of await names(join(home, group)))
        if (/^[0-9a-f]{64}$/.test(key)) found.push(join(home, group, key));
  return found;
}

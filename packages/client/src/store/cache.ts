import { join } from "node:path";
import { isBananaError } from "@banana-peel/format";
import { diskError, folderSource, makeFolder, ownName } from "@banana-peel/format/node";
import { verifyPeel } from "@banana-peel/signer/verify";
import { type Disk, nodeDisk } from "../disk/disk.js";
import { hasCode } from "../disk/errors.js";
import { exists, removeEmpty, removeTree } from "../disk/remove.js";
import { PARTIAL_BYTES } from "./partial.js";
import { type Places, placesOf } from "./places.js";
import { sweepStore } from "./sweep.js";

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
  const places = placesOf(store);
  const peels: CachedPeel[] = [];
  for (const folder of await entries(places, disk)) peels.push(await look(folder));
  return peels.sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

/**
 * Removes entries of the store, and broken downloads; of all, what registries said too.
 * Projects keep their files, and commands at work the peels that they use.
 * @param which all, or only those that are broken, which are fetched again when they are needed
 * @returns what was there, and whether each was removed
 */
export async function cleanCache(
  store: string,
  which: "all" | "broken",
  disk: Disk = nodeDisk,
): Promise<(CachedPeel & { readonly removed: boolean })[]> {
  const places = placesOf(store);
  const { temporary } = places;
  const found = await listCache(store, disk);
  try {
    if (which === "all") await bury(disk, places.partial, temporary);
    await sweepStore(disk, places, PARTIAL_BYTES);
    // What the sweep itself has kept of a broken download.
    if (which === "all") await bury(disk, places.partial, temporary);
    const removed = await Promise.all(
      found.map(async (peel) => {
        if (which === "broken" && peel.whole) return { ...peel, removed: false };
        await bury(disk, peel.folder, temporary);
        await removeEmpty(disk, join(peel.folder, ".."));
        return { ...peel, removed: true };
      }),
    );
    if (which === "all") await bury(disk, places.documents, temporary);
    await removeEmpty(disk, temporary);
    return removed;
  } catch (error) {
    throw diskError(error, store);
  }
}

/**
 * Removes a folder, by one rename first: nobody sees half of it, and whoever writes into it meanwhile writes into a new one
 * and not into one that is being removed.
 */
async function bury(disk: Disk, folder: string, temporary: string): Promise<void> {
  const grave = join(temporary, ownName());
  // ENOENT: another process removed the folder first, or the empty temporary one.
  for (let attempt = 0; attempt < 3; attempt++) {
    if (!(await exists(disk, folder))) return;
    await makeFolder(temporary, { disk });
    try {
      await disk.rename(folder, grave);
      return await removeTree(disk, grave);
    } catch (error) {
      if (!hasCode(error, "ENOENT")) throw error;
    }
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

async function entries({ home }: Places, disk: Disk): Promise<string[]> {
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

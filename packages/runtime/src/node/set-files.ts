import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { SetContent, StoredSet } from "../cache/types.js";

/** Names in the folder of a set. Other files there are the base's. */
export const ENTRY = "merged.json";
/** Folder of the files of weights. */
export const WEIGHTS = "merged";
export const SEAL = "merged.seal";
/** Version of the layout. */
export const VERSION = 3;

/** What is written beside the weights of a set. */
export interface Entry extends StoredSet, SetContent {
  readonly version: number;
  readonly key: string;
  readonly externalData: readonly string[];
}

/** Bytes of the weights of the set in a folder; what it shares with the base isn't counted. */
export async function weightBytes(set: string): Promise<number> {
  const folder = join(set, WEIGHTS);
  const names = await readdir(folder).catch(() => []);
  const sizes = names.map((name) =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

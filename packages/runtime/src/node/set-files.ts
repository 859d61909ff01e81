import type { SetContent, StoredSet } from "../cache/types.js";

/** Names in the folder of a set. Other files there are the base's. */
export const ENTRY = "merged.json";
export const FILE = "merged.bin";
/** Version of the layout. */
export const VERSION = 2;
/** What is written beside the weights of a set. */
export interface Entry extends StoredSet, SetContent {
  readonly version: number;
  readonly key: string;
  readonly externalData: readonly string[];
}

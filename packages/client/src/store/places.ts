import { createHash } from "node:crypto";
import { join } from "node:path";

/** Version of the store's layout. */
export const LAYOUT = "v1";

/** Where things lie in a store. */
export interface Places {
  /** Folder of everything. */
  readonly home: string;
  /** Work that isn't finished, in entries that `ownName` named after the process at work. */
  readonly temporary: string;
  /** Downloads that broke off, to be resumed by whoever wants the same bytes. */
  readonly partial: string;
  /** What registries said last of names. */
  readonly documents: string;
  /** Folder of the peel with this integrity. */
  entry(integrity: string): string;
  /** Where a download of these bytes is kept when it breaks off. */
  kept(integrity: string): string;
}

/** The places of the store in a folder. */
export function placesOf(root: string): Places {
  const home = join(root, LAYOUT);
  const key = (integrity: string) => createHash("sha256").update(integrity).digest("hex");
  return {
    home,
    temporary: join(home, "tmp"),
    partial: join(home, "partial"),
    documents: join(home, "documents"),
    entry: (integrity) => join(home, key(integrity).slice(0, 2), key(integrity)),
    kept: (integrity) => join(home, "partial", key(integrity)),
  };
}

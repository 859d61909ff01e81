import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { isBananaError } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { type VerifiedPeel, verifyPeel } from "@banana-peel/signer/verify";
import type { Disk } from "../disk/disk.js";
import { hasCode } from "../disk/errors.js";
import { isAbandoned, ownName } from "../disk/process-id.js";
import { exists, removeEmpty, removeTree } from "../disk/remove.js";
import { extractTarball } from "./extract.js";

/** A peel whose files lie in a folder and whose signature was verified there. */
export interface StoredPeel {
  /** Folder with exactly the peel's files. */
  readonly folder: string;
  readonly peel: VerifiedPeel;
}

/** A peel that was fetched and verified but is not in the store yet. */
export interface StagedPeel extends StoredPeel {
  /** Moves it into the store, by one rename; a peel that another process put there meanwhile stays. */
  commit(): Promise<void>;
  /** Removes it. Does nothing after a commit. */
  discard(): Promise<void>;
}

/**
 * A content-addressed store of verified peels, shared by projects and safe for several processes at once: what is
 * visible is complete, was verified before it became visible, and is verified again whenever it is used.
 */
export interface Store {
  /** The peel of a tarball's integrity, verified anew; undefined when there is none. One that was changed is removed. */
  find(integrity: string): Promise<StoredPeel | undefined>;
  /**
   * Unpacks and verifies a tarball beside the store.
   * @param chunks the tarball; it throws when the bytes are not those of `integrity`
   * @throws BananaError of `chunks`, TARBALL_INVALID, SIGNATURE_MISSING, SIGNATURE_INVALID, SIGNED_FILES_DIFFER
   */
  stage(integrity: string, chunks: AsyncIterable<Uint8Array>, label: string): Promise<StagedPeel>;
}

/** Version of the store's layout. */
export const LAYOUT = "v1";

/** The store in a folder, which is made when something is put there. */
export function openStore(root: string, disk: Disk): Store {
  const home = join(root, LAYOUT);
  const temporary = join(home, "tmp");
  const entry = (integrity: string) => {
    const key = createHash("sha256").update(integrity).digest("hex");
    return join(home, key.slice(0, 2), key);
  };

  /** Topmost folder that this store has made: of peels staged side by side, the last one to go removes it. */
  let made: string | undefined;

  const moveAway = async (folder: string): Promise<void> => {
    await disk.mkdir(temporary, { recursive: true });
    const grave = join(temporary, ownName());
    await disk.rename(folder, grave).catch((error: unknown) => {
      if (!hasCode(error, "ENOENT")) throw error;
    });
    await removeTree(disk, grave);
  };

  return {
    async find(integrity) {
      const folder = entry(integrity);
      if (!(await exists(disk, folder))) return undefined;
      try {
        return { folder, peel: await verifyPeel(folderSource(folder)) };
      } catch (error) {
        if (!isBananaError(error) && !hasCode(error, "ENOENT", "EIO")) throw error;
        await moveAway(folder);
        return undefined;
      }
    },

    async stage(integrity, chunks, label) {
      const created = await disk.mkdir(temporary, { recursive: true });
      if (created !== undefined && (made === undefined || created.length < made.length)) made = created;
      const folder = join(temporary, ownName());
      let done = false;
      const discard = async () => {
        if (done) return;
        done = true;
        await removeTree(disk, folder);
        await removeEmpty(disk, temporary, ...(made === undefined ? [] : upTo(temporary, made)));
      };
      try {
        await sweep(disk, temporary);
        // Recursive: another process may just have removed the empty temporary folder.
        await disk.mkdir(folder, { recursive: true });
        await extractTarball(chunks, folder, label, disk);
        const peel = await verifyPeel({ ...folderSource(folder), label });
        return {
          folder,
          peel,
          discard,
          async commit() {
            const target = entry(integrity);
            await disk.mkdir(dirname(target), { recursive: true });
            try {
              await disk.rename(folder, target);
            } catch (error) {
              if (!hasCode(error, "ENOTEMPTY", "EEXIST", "EPERM")) throw error;
            }
            await discard();
          },
        };
      } catch (error) {
        await discard().catch(() => undefined);
        throw error;
      }
    },
  };
}

/** Removes what processes that are gone have left in the store's temporary folder. */
async function sweep(disk: Disk, temporary: string): Promise<void> {
  for (const name of await disk.readdir(temporary))
    if (isAbandoned(name)) await removeTree(disk, join(temporary, name));
}

/** The folders above `path` up to `top`, nearest first. */
function upTo(path: string, top: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); folder.length >= top.length; folder = dirname(folder))
    folders.push(folder);
  return folders;
}

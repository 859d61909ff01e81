import { dirname, join } from "node:path";
import { isBananaError } from "@banana-peel/format";
import { folderSource, makeFolder, ownName } from "@banana-peel/format/node";
import { type VerifiedPeel, verifyPeel } from "@banana-peel/signer/verify";
import type { Disk } from "../disk/disk.js";
import { hasCode } from "../disk/errors.js";
import { exists, removeEmpty, removeTree } from "../disk/remove.js";
import { extractedSource, extractTarball } from "./extract.js";
import { type HeldSource, holdSmallFiles } from "./held-source.js";
import { leaseEntry } from "./lease.js";
import { openPartial, PARTIAL_BYTES, type PartialDownload } from "./partial.js";
import { placesOf } from "./places.js";
import { sweepStore } from "./sweep.js";

/** A peel whose files lie in a folder and whose signature was verified there. */
export interface StoredPeel {
  /** Folder with exactly the peel's files, this process's own: nobody takes it away before `release`. */
  readonly folder: string;
  readonly peel: VerifiedPeel;
  /** Those files, for further checks: small ones are read once, and are in memory until `forget`. */
  readonly source: HeldSource;
  /** Removes the folder; what is in the store stays there. May be called twice. */
  release(): Promise<void>;
}

/** A peel that was fetched and verified but is not in the store yet. */
export interface StagedPeel extends StoredPeel {
  /** Moves it into the store, by one rename; a peel that another process put there meanwhile stays. */
  commit(): Promise<void>;
}

/**
 * A content-addressed store of verified peels, shared by projects and safe for several processes at once: what is
 * visible is complete, was verified before it became visible, and is verified again whenever it is used.
 */
export interface Store {
  /** Removes what killed commands left; done once, by every other method too. */
  sweep(): Promise<void>;
  /** The peel of a tarball's integrity, verified anew; undefined when there is none. One that was changed is removed. */
  find(integrity: string): Promise<StoredPeel | undefined>;
  /** Whether there is an entry of a tarball's integrity; it may yet turn out to be broken. */
  has(integrity: string): Promise<boolean>;
  /** What an earlier try to download a tarball left, and where this one keeps its bytes. */
  partial(integrity: string): Promise<PartialDownload>;
  /**
   * Unpacks and verifies a tarball beside the store.
   * @param chunks the tarball; it throws when the bytes are not those of `integrity`
   * @throws BananaError of `chunks`, TARBALL_INVALID, SIGNATURE_MISSING, SIGNATURE_INVALID, SIGNED_FILES_DIFFER
   */
  stage(integrity: string, chunks: AsyncIterable<Uint8Array>, label: string): Promise<StagedPeel>;
}

/** How a store works. */
export interface StoreOptions {
  /** Bytes of a download from which on it is kept when it breaks off; the default is 4 MiB. */
  readonly partialBytes?: number | undefined;
}

/** The store in a folder, which is made when something is put there. */
export function openStore(root: string, disk: Disk, options: StoreOptions = {}): Store {
  const places = placesOf(root);
  const { temporary } = places;
  const partialBytes = options.partialBytes ?? PARTIAL_BYTES;

  /** Topmost folder that this store has made: of peels staged side by side, the last one to go removes it. */
  let made: string | undefined;
  let swept: Promise<void> | undefined;
  const sweep = () => {
    swept ??= sweepStore(disk, places, partialBytes);
    return swept;
  };
  const begin = async (): Promise<void> => {
    await sweep();
    const created = await makeFolder(temporary, { disk }).catch(async (error: unknown) => {
      await tidy();
      throw error;
    });
    if (created !== undefined && (made === undefined || created.length < made.length)) made = created;
  };
  const tidy = () =>
    removeEmpty(disk, places.partial, temporary, ...(made === undefined ? [] : upTo(temporary, made)));
  /** Removes a folder of this process once. */
  const remover = (folder: string) => {
    let done = false;
    return async () => {
      if (done) return;
      done = true;
      await removeTree(disk, folder);
      await tidy();
    };
  };
  const moveAway = async (folder: string): Promise<void> => {
    await begin();
    const grave = join(temporary, ownName());
    await disk.rename(folder, grave).catch((error: unknown) => {
      if (!hasCode(error, "ENOENT")) throw error;
    });
    await removeTree(disk, grave);
  };

  return {
    sweep,

    async find(integrity) {
      await sweep();
      const folder = places.entry(integrity);
      if (!(await exists(disk, folder))) return undefined;
      await begin();
      const lease = join(temporary, ownName());
      const release = remover(lease);
      try {
        if (await leaseEntry(disk, folder, lease)) {
          const source = holdSmallFiles(folderSource(lease));
          return { folder: lease, peel: await verifyPeel(source), source, release };
        }
        await release();
      } catch (error) {
        await release().catch(() => undefined);
        if (!isBananaError(error) && !hasCode(error, "ENOENT", "EIO")) throw error;
        await moveAway(folder);
        await tidy();
      }
      return undefined;
    },

    has: (integrity) => exists(disk, places.entry(integrity)),

    async partial(integrity) {
      await begin();
      return openPartial(disk, places, integrity, partialBytes);
    },

    async stage(integrity, chunks, label) {
      await begin();
      const folder = join(temporary, ownName());
      const discard = remover(folder);
      try {
        // Recursive: another process may just have removed the empty temporary folder.
        await makeFolder(folder, { disk });
        const digests = await extractTarball(chunks, folder, label, disk);
        const source = holdSmallFiles(folderSource(folder));
        const peel = await verifyPeel(extractedSource(source, label, digests));
        return {
          folder,
          peel,
          source,
          release: discard,
          async commit() {
            await moveIn(disk, folder, places.entry(integrity));
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

/** Moves a folder to its place in the store, unless one is there already. */
async function moveIn(disk: Disk, folder: string, target: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await makeFolder(dirname(target), { disk });
    try {
      return await disk.rename(folder, target);
    } catch (error) {
      if (hasCode(error, "ENOTEMPTY", "EEXIST", "EPERM")) return;
      // Another process may just have removed the empty folder that the entry goes into.
      if (!hasCode(error, "ENOENT") || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Tries to put a peel in its place while another process empties the store. */
const ATTEMPTS = 5;

/** The folders above `path` up to `top`, nearest first. */
function upTo(path: string, top: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); folder.length >= top.length; folder = dirname(folder))
    folders.push(folder);
  return folders;
}

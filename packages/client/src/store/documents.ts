import { createHash } from "node:crypto";
import { join } from "node:path";
import { LIMITS } from "@banana-peel/format";
import { makeFolder, ownName } from "@banana-peel/format/node";
import type { CatalogueEntry } from "@banana-peel/resolver";
import type { Disk } from "../disk/disk.js";
import { removeEmpty } from "../disk/remove.js";
import { writeAll } from "../disk/write-all.js";
import { documentOf, readEntry } from "../registry/packument.js";
import { placesOf } from "./places.js";

/** What a registry said of a name. */
export interface KeptDocument {
  readonly entry: CatalogueEntry;
  /** The answer's ETag, by which the registry says that nothing has changed. */
  readonly etag: string | undefined;
}

/**
 * What registries said last of names, kept in the store, so that an app's peels can be resolved without them. It holds no
 * times: a registry that can be asked is asked, whatever a clock says. A file that can't be read, or was changed to what
 * no registry can say, counts as none. For many processes at once: each file is whole, the last one stays.
 */
export interface Documents {
  find(registry: string, name: string): Promise<KeptDocument | undefined>;
  /** Remembers an answer until `keep`. @param document undefined: the registry has no such name any more */
  remember(registry: string, name: string, document: KeptDocument | undefined): void;
  /** Writes what was remembered. A convenience: where it can't be written, nothing fails. */
  keep(): Promise<void>;
}

/** Version of the files. */
const FORMAT = 1;
/** Tries while another process removes the empty folders of the store. */
const ATTEMPTS = 5;

/** The documents in a store's folder. */
export function openDocuments(root: string, disk: Disk): Documents {
  const { documents, temporary } = placesOf(root);
  const place = (registry: string, name: string) =>
    join(documents, `${createHash("sha256").update(`${registry}\n${name}`).digest("hex")}.json`);
  const remembered = new Map<
    string,
    { registry: string; name: string; document: KeptDocument | undefined }
  >();
  const write = async (path: string, text: string): Promise<void> => {
    const own = join(temporary, ownName());
    for (let attempt = 1; ; attempt++)
      try {
        await Promise.all([makeFolder(temporary, { disk }), makeFolder(documents, { disk })]);
        const file = disk.openSync(own, "wx", 0o600);
        try {
          writeAll(disk, file, Buffer.from(text));
        } finally {
          disk.closeSync(file);
        }
        return await disk.rename(own, path);
      } catch (error) {
        await disk.rm(own, { force: true }).catch(() => undefined);
        if (attempt === ATTEMPTS) throw error;
      }
  };
  return {
    async find(registry, name) {
      const found = remembered.get(place(registry, name));
      if (found !== undefined) return found.document;
      try {
        const path = place(registry, name);
        if ((await disk.lstat(path)).size > LIMITS.jsonBytes) return undefined;
        const kept = JSON.parse(String(await disk.readFile(path))) as Record<string, unknown>;
        if (kept.formatVersion !== FORMAT || kept.registry !== registry) return undefined;
        const etag = typeof kept.etag === "string" ? kept.etag : undefined;
        return { entry: readEntry(kept.document, name, registry), etag };
      } catch {
        return undefined;
      }
    },
    remember(registry, name, document) {
      remembered.set(place(registry, name), { registry, name, document });
    },
    async keep() {
      const all = [...remembered];
      remembered.clear();
      const work = all.map(async ([path, { registry, document }]) => {
        if (document === undefined) return disk.rm(path, { force: true });
        const { entry, etag } = document;
        const kept = { formatVersion: FORMAT, registry, etag, document: documentOf(entry) };
        return write(path, `${JSON.stringify(kept)}\n`);
      });
      await Promise.all(work.map((one) => one.catch(() => undefined)));
      await removeEmpty(disk, documents);
      await removeEmpty(disk, temporary);
    },
  };
}

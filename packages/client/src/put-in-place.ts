import type { Lockfile, ProjectManifest } from "@banana-peel/format";
import type { ReadyPeel } from "./bring-peels.js";
import type { Disk } from "./disk/disk.js";
import { placePeel } from "./project/place-peel.js";
import type { OpenedProject } from "./project/with-project.js";
import { lockText, projectText } from "./project/write-json.js";

/** What becomes of a project. */
export interface Placement {
  /** Peels that were brought; they take the place of others of their names. */
  readonly ready: readonly ReadyPeel[];
  /** Names that go. */
  readonly removed?: readonly string[];
  /** What banana.json asks for from now on; undefined leaves the file as it is. */
  readonly peels?: ProjectManifest["peels"];
}

/** Links peels that were brought, writes both files, and only then keeps in the store what was fetched. */
export async function putInPlace(
  project: OpenedProject,
  { ready, removed = [], peels }: Placement,
  disk: Disk,
): Promise<void> {
  const entries: Lockfile["peels"] = { ...project.lock.peels };
  for (const { order, entry } of ready) entries[order.name] = entry;
  for (const name of removed) delete entries[name];
  try {
    await project.commit({
      peels: new Map(
        ready.map(({ order, fetched }) => [order.name, (folder: string) => placePeel(fetched, folder, disk)]),
      ),
      removed,
      manifest: peels === undefined ? undefined : projectText({ ...project.manifest, peels }),
      lock: lockText({ lockVersion: 1, peels: entries }),
    });
  } catch (error) {
    await Promise.all(ready.map(({ fetched }) => fetched.discard()));
    throw error;
  }
  // The store is a cache: what it can't keep is fetched again another time.
  await Promise.all(
    ready.map(({ fetched }) => fetched.keep().catch(() => fetched.discard().catch(() => undefined))),
  );
}

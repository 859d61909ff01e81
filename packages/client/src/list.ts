import { folderSource } from "@banana-peel/format/node";
import { verifyPeel } from "@banana-peel/signer/verify";
import { type Disk, nodeDisk } from "./disk/disk.js";
import { exists } from "./disk/remove.js";
import { neededBy } from "./lock-graph.js";
import { peelFolder } from "./project/read-project.js";
import { openProject } from "./project/with-project.js";

/** A peel that a project asks for or has locked. */
export interface ListedPeel {
  readonly name: string;
  /** What banana.json asks for; undefined when it is only needed by others. */
  readonly range: string | undefined;
  /** The locked peels that need it; sorted. */
  readonly neededBy: readonly string[];
  /** The locked version; undefined when it isn't locked yet. */
  readonly version: string | undefined;
  readonly signer: string | undefined;
  readonly registry: string | undefined;
  readonly bases: readonly { readonly family: string; readonly version: string; readonly file: string }[];
  /** ok: its files are whole and those that were signed; missing: not linked; changed: not what was signed. */
  readonly state: "ok" | "missing" | "changed";
}

/**
 * The peels of a project, sorted by name, each verified where it lies.
 * @throws BananaError of the project's files
 */
export async function listPeels(options: { project: string; disk?: Disk }): Promise<ListedPeel[]> {
  const disk = options.disk ?? nodeDisk;
  const project = await openProject(options.project, disk);
  const asked = project.manifest.peels ?? {};
  const names = [...new Set([...Object.keys(asked), ...Object.keys(project.lock.peels)])].sort();
  return Promise.all(
    names.map(async (name) => {
      const entry = project.lock.peels[name];
      return {
        name,
        range: asked[name],
        neededBy: neededBy(name, project.lock).map((by) => by.name),
        version: entry?.version,
        signer: entry?.signer,
        registry: entry?.registry,
        bases: (entry?.adapters ?? []).map(({ family, version, file }) => ({ family, version, file })),
        state: await stateOf(peelFolder(project.folder, name), entry, disk),
      };
    }),
  );
}

async function stateOf(
  folder: string,
  entry: { version: string; signer: string } | undefined,
  disk: Disk,
): Promise<ListedPeel["state"]> {
  if (!(await exists(disk, folder))) return "missing";
  try {
    const { manifest, signer } = await verifyPeel(folderSource(folder));
    return manifest.version === entry?.version && signer.fingerprint === entry.signer ? "ok" : "changed";
  } catch {
    return "changed";
  }
}

import { BananaError } from "@banana-peel/format";
import { type Disk, nodeDisk } from "./disk/disk.js";
import { neededBy, reachable } from "./lock-graph.js";
import { knownNames } from "./project/known-names.js";
import type { Project } from "./project/read-project.js";
import { withProject } from "./project/with-project.js";
import { lockText, projectText } from "./project/write-json.js";

/** What to take away from a project. */
export interface RemoveOptions {
  /** Folder of the project. */
  project: string;
  /** `name` or `@scope/name`. */
  names: readonly string[];
  signal?: AbortSignal | undefined;
  disk?: Disk | undefined;
}

/** What was taken away. */
export interface RemoveReport {
  /** `version` is undefined for a peel that was asked for but not locked yet. */
  readonly removed: readonly { readonly name: string; readonly version: string | undefined }[];
  /** Peels that only those needed, and that went with them. */
  readonly orphans: readonly { readonly name: string; readonly version: string }[];
  /** Names that banana.json no longer asks for, but that stay because others need them. */
  readonly kept: readonly { readonly name: string; readonly neededBy: readonly string[] }[];
  readonly milliseconds: number;
}

/**
 * Takes peels away from a project, and with them what only they needed: from peels/, banana.json and banana.lock, all
 * at once or not at all, as docs/specification/lock.md, Changing a project, has it. The store keeps them, and the trust
 * policy stays.
 * @throws BananaError NAME_INVALID, USAGE, PEEL_NOT_ADDED; PEEL_NEEDED for one that others need and banana.json doesn't
 *   ask for; of `withProject`
 */
export async function removePeels(options: RemoveOptions): Promise<RemoveReport> {
  const started = performance.now();
  if (options.names.length === 0)
    throw new BananaError("USAGE", "expected the name of a peel, found none", {
      hint: "For example: banana-peel remove medical-imaging",
    });
  return withProject(
    options.project,
    options.disk ?? nodeDisk,
    async (project) => {
      const names = knownNames(options.names, project);
      const { manifest, lock } = project;
      const peels = without(manifest.peels ?? {}, names);
      const needed = reachable(Object.keys(peels), lock);
      for (const name of names) refuseNeeded(name, project, needed);
      const gone = [...new Set([...names, ...Object.keys(lock.peels)])]
        .filter((name) => !needed.has(name))
        .sort();
      await project.commit({
        peels: new Map(),
        removed: gone,
        manifest: projectText({ ...manifest, peels }),
        lock: lockText({ ...lock, peels: without(lock.peels, gone) }),
      });
      return {
        removed: names
          .filter((name) => !needed.has(name))
          .map((name) => ({ name, version: lock.peels[name]?.version })),
        orphans: gone
          .filter((name) => !names.includes(name))
          .map((name) => ({ name, version: lock.peels[name]!.version })),
        kept: names
          .filter((name) => needed.has(name))
          .map((name) => ({ name, neededBy: needing(name, project, needed) })),
        milliseconds: performance.now() - started,
      };
    },
    { signal: options.signal, mendLock: true },
  );
}

function needing(name: string, { lock }: Project, needed: ReadonlySet<string>): string[] {
  return neededBy(name, lock)
    .map((by) => by.name)
    .filter((by) => needed.has(by));
}

/** Taking away what banana.json doesn't ask for would change nothing: the next install would bring it again. */
function refuseNeeded(name: string, project: Project, needed: ReadonlySet<string>): void {
  if (!needed.has(name) || Object.hasOwn(project.manifest.peels ?? {}, name)) return;
  const by = needing(name, project, needed);
  throw new BananaError(
    "PEEL_NEEDED",
    `expected a peel that banana.json asks for, found ${name}, which ${by.join(" and ")} ${by.length === 1 ? "needs" : "need"}`,
    {
      where: name,
      hint: `Remove ${by.join(" and ")}; ${name} goes with ${by.length === 1 ? "it" : "them"}.`,
      details: { name, neededBy: by },
    },
  );
}

function without<T>(items: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(items).filter(([name]) => !names.includes(name)));
}

import { BananaError } from "@banana-peel/format";
import { type Disk, nodeDisk } from "./disk/disk.js";
import { knownNames } from "./project/known-names.js";
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
  readonly milliseconds: number;
}

/**
 * Takes peels away from a project: from peels/, banana.json and banana.lock, all at once or not at all, as
 * docs/specification/lock.md, Changing a project, has it. The store keeps them, and the trust policy stays.
 * @throws BananaError NAME_INVALID, USAGE, PEEL_NOT_ADDED; of `withProject`
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
      const without = <T>(items: Readonly<Record<string, T>>): Record<string, T> =>
        Object.fromEntries(Object.entries(items).filter(([name]) => !names.includes(name)));
      const { manifest, lock } = project;
      await project.commit({
        peels: new Map(),
        removed: names,
        manifest: projectText({ ...manifest, peels: without(manifest.peels ?? {}) }),
        lock: lockText({ ...lock, peels: without(lock.peels) }),
      });
      return {
        removed: names.map((name) => ({ name, version: lock.peels[name]?.version })),
        milliseconds: performance.now() - started,
      };
    },
    { signal: options.signal },
  );
}

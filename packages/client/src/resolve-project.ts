import { BananaError, type Lockfile, type PeelRequest } from "@banana-peel/format";
import { type ResolvedPeel, resolve } from "@banana-peel/resolver";
import type { PeelOrder } from "./bring-peels.js";
import type { FetchContext } from "./fetch-peel.js";
import type { Project } from "./project/read-project.js";
import { createCatalogue } from "./registry/catalogue.js";

/** What is wanted of a resolution. */
export interface ResolveWish {
  /** Requests beside those of banana.json, or in their place. */
  readonly requests?: readonly PeelRequest[];
  /** Names whose newest version is wanted, whatever is locked. */
  readonly fresh: ReadonlySet<string> | "all";
}

/**
 * Resolves everything that a project asks for. A peel that is locked stays with the registry that it came from, unless
 * its newest version is wanted: no other registry can put a peel of its own under a name that is in use.
 * @throws BananaError of `resolve`; INTEGRITY_MISMATCH when a registry has changed a version that is locked
 */
export async function resolveProject(
  project: Project,
  context: FetchContext,
  { requests = [], fresh }: ResolveWish,
): Promise<readonly ResolvedPeel[]> {
  const { manifest, lock, bases } = project;
  const wanted = new Map<string, string | undefined>(Object.entries(manifest.peels ?? {}));
  for (const { name, range } of requests) wanted.set(name, range);
  const all = [...wanted].map(([name, range]) => ({ name, range }));
  if (all.length === 0) return [];
  context.onProgress?.({ kind: "resolving", names: all.map(({ name }) => name) });
  const { config, signal, request } = context;
  const registryFor = (name: string) => {
    const isFresh = fresh === "all" || fresh.has(name);
    return (isFresh ? undefined : lock.peels[name]?.registry) ?? config.registryFor(name);
  };
  const { peels } = await resolve({
    requests: all,
    bases,
    catalogue: createCatalogue({ ...config, registryFor }, { signal, ...(request ? { request } : {}) }),
    locked: new Map(Object.entries(lock.peels).map(([name, { version }]) => [name, version])),
    fresh,
    overrides: manifest.overrides,
    sharedRoles: manifest.sharedRoles,
  });
  for (const peel of peels) refuseChanged(peel, lock.peels[peel.name]);
  return peels;
}

/** The order that a resolution makes, for the project whose bases it was made for. */
export function orderOf(peel: ResolvedPeel, project: Project): PeelOrder {
  const { name, version, integrity, registry, tarball, dependencies, conflicts, roles } = peel;
  const adapters = peel.adapters.map(({ base, index }) => ({
    base: project.bases.find(({ digest }) => digest === base.digest)!,
    adapter: index,
  }));
  const claims = { dependencies, conflicts, roles };
  return { name, version, integrity, registry, adapters, claims, tarball: async () => tarball };
}

/** True when the lockfile has just this of a peel: version, digest, and the same bases. */
export function isLocked(peel: ResolvedPeel, { lock }: Project): boolean {
  const entry = lock.peels[peel.name];
  return (
    entry?.version === peel.version &&
    entry.integrity === peel.integrity &&
    entry.adapters.length === peel.adapters.length &&
    entry.adapters.every(({ family, version, digest }, i) => {
      const { base } = peel.adapters[i]!;
      return family === base.family && version === base.version && digest === base.digest;
    })
  );
}

function refuseChanged(peel: ResolvedPeel, locked: Lockfile["peels"][string] | undefined): void {
  if (locked?.version !== peel.version || locked.integrity === peel.integrity) return;
  throw new BananaError(
    "INTEGRITY_MISMATCH",
    `expected ${peel.name}@${peel.version} with ${locked.integrity} as in banana.lock, the registry now promises ${peel.integrity}`,
    {
      where: `banana.lock:/peels/${peel.name}/integrity`,
      hint: "A published version must never change: ask the registry's operator. If you know why, remove the entry from banana.lock.",
    },
  );
}

import { BananaError, type Lockfile, type PeelRequest } from "@banana-peel/format";
import { type ResolvedPeel, resolve } from "@banana-peel/resolver";
import type { PeelOrder } from "./bring-peels.js";
import type { FetchContext } from "./fetch-peel.js";
import { lockedEntry } from "./locked-entry.js";
import type { Project } from "./project/read-project.js";
import { createKeptCatalogue, type Unasked } from "./registry/kept-catalogue.js";
import type { Documents } from "./store/documents.js";

/** What is wanted of a resolution. */
export interface ResolveWish {
  /** Requests beside those of banana.json, or in their place. */
  readonly requests?: readonly PeelRequest[];
  /** Names whose newest version is wanted, whatever is locked. */
  readonly fresh: ReadonlySet<string> | "all";
}

/** A resolution. */
export interface Resolved {
  readonly peels: readonly ResolvedPeel[];
  /** Registries that gave no answer, of peels that stay as they are locked. */
  readonly unasked: readonly Unasked[];
}

/** What resolving needs. */
export type ResolveContext = FetchContext & { readonly documents: Documents };

/**
 * Resolves everything that a project asks for. A peel that is locked stays with the registry that it came from, unless
 * its newest version is wanted: no other registry can put a peel of its own under a name that is in use. What registries
 * say is remembered in `context.documents`, to be kept when the command has succeeded; one that can't be asked is done
 * without where its peel stays as it is locked.
 * @throws BananaError of `resolve`; INTEGRITY_MISMATCH when a registry has changed a version that is locked
 */
export async function resolveProject(
  project: Project,
  context: ResolveContext,
  { requests = [], fresh }: ResolveWish,
): Promise<Resolved> {
  const { manifest, lock, bases } = project;
  const wanted = new Map<string, string | undefined>(Object.entries(manifest.peels ?? {}));
  for (const { name, range } of requests) wanted.set(name, range);
  const all = [...wanted].map(([name, range]) => ({ name, range }));
  if (all.length === 0) return { peels: [], unasked: [] };
  context.onProgress?.({ kind: "resolving", names: all.map(({ name }) => name) });
  const { config, signal, request } = context;
  const isFresh = (name: string) => fresh === "all" || fresh.has(name);
  const registryFor = (name: string) => {
    return (isFresh(name) ? undefined : lock.peels[name]?.registry) ?? config.registryFor(name);
  };
  const { catalogue, unasked } = createKeptCatalogue(
    { ...config, registryFor },
    {
      signal,
      request,
      documents: context.documents,
      offline: context.offline,
      preferOffline: context.preferOffline,
      hasTarball: (integrity) => context.store.has(integrity),
      spare: async (name) => {
        // Offline, what is locked may be all that there is.
        if (isFresh(name) && !context.offline) return undefined;
        return lockedEntry(project, name, registryFor(name));
      },
    },
  );
  const { peels } = await resolve({
    requests: all,
    bases,
    catalogue,
    locked: new Map(Object.entries(lock.peels).map(([name, { version }]) => [name, version])),
    fresh,
    overrides: manifest.overrides,
    sharedRoles: manifest.sharedRoles,
  });
  for (const peel of peels) refuseChanged(peel, lock.peels[peel.name]);
  return { peels, unasked };
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

import { BananaError, type Lockfile, type PeelRequest, parsePeelRequest } from "@banana-peel/format";
import { type ResolvedPeel, resolve } from "@banana-peel/resolver";
import { bringPeels, type PeelOrder, type ReadyPeel } from "./bring-peels.js";
import type { Disk } from "./disk/disk.js";
import type { FetchContext } from "./fetch-peel.js";
import { contextOf, type ProjectOptions, readFingerprint } from "./options.js";
import { linkPeel } from "./project/link-peel.js";
import type { Project } from "./project/read-project.js";
import { type OpenedProject, withProject } from "./project/with-project.js";
import { lockText, projectText } from "./project/write-json.js";
import { createCatalogue } from "./registry/catalogue.js";
import { type InstalledPeel, reportOf } from "./report.js";

/** What to add to a project. */
export interface AddOptions extends ProjectOptions {
  /** `name`, `name@range`, `@scope/name`, `@scope/name@range`. */
  requests: readonly string[];
  /** Fingerprint of a signer that the user accepts for these peels, though another signed before. */
  accept?: string | undefined;
}

/** What was added. */
export interface AddReport {
  readonly peels: readonly (InstalledPeel & {
    /** What banana.json now asks for. */
    readonly range: string;
    /** The author's words, when the version is deprecated. */
    readonly deprecated: string | undefined;
  })[];
  readonly milliseconds: number;
}

/**
 * Adds peels to a project: resolves, brings what the store lacks, verifies, checks the signer, links into peels/, and
 * writes banana.json and banana.lock. Killed at any instant, the project is as before or as after. On an error,
 * project and store are as before.
 * @throws BananaError NAME_INVALID, USAGE; of `resolve`; of `bringPeels`; INTEGRITY_MISMATCH when the registry has
 *   changed a version that is locked; of `withProject`
 */
export async function addPeels(options: AddOptions): Promise<AddReport> {
  const started = performance.now();
  const requests = readRequests(options.requests);
  const accept = options.accept === undefined ? undefined : readFingerprint(options.accept);
  const context = await contextOf(options);
  return withProject(
    options.project,
    context.disk,
    async (project) => {
      const resolved = await resolvePeels(requests, project, context, "newest");
      const ready = await bringPeels(
        resolved.map((peel) => orderOf(peel, project)),
        project,
        { ...context, accept },
      );
      const wanted = Object.fromEntries(resolved.map((peel) => [peel.name, savedRange(peel)]));
      await putInPlace(project, ready, wanted, context.disk);
      return {
        peels: ready.map((peel, i) => ({
          ...reportOf(peel),
          range: wanted[peel.order.name]!,
          deprecated: resolved[i]!.deprecated,
        })),
        milliseconds: performance.now() - started,
      };
    },
    { signal: options.signal },
  );
}

/**
 * Resolves requests against the project's registries.
 * @throws BananaError of `resolve`; INTEGRITY_MISMATCH
 */
export async function resolvePeels(
  requests: readonly PeelRequest[],
  project: Project,
  context: FetchContext,
  prefer: "locked" | "newest",
): Promise<readonly ResolvedPeel[]> {
  context.onProgress?.({ kind: "resolving", names: requests.map(({ name }) => name) });
  const { peels } = await resolve({
    requests,
    bases: project.bases,
    catalogue: createCatalogue(context.config, {
      signal: context.signal,
      ...(context.request ? { request: context.request } : {}),
    }),
    locked: new Map(Object.entries(project.lock.peels).map(([name, { version }]) => [name, version])),
    prefer,
  });
  for (const peel of peels) refuseChanged(peel, project.lock.peels[peel.name]);
  return peels;
}

/** The order that a resolution makes, for the project whose bases it was made for. */
export function orderOf(peel: ResolvedPeel, project: Project): PeelOrder {
  const { name, version, integrity, registry, tarball } = peel;
  const adapters = peel.adapters.map(({ base, index }) => ({
    base: project.bases.find(({ digest }) => digest === base.digest)!,
    adapter: index,
  }));
  return { name, version, integrity, registry, adapters, tarball: async () => tarball };
}

/** Links peels that were brought, writes both files, and only then keeps in the store what was fetched. */
export async function putInPlace(
  project: OpenedProject,
  ready: readonly ReadyPeel[],
  wanted: Readonly<Record<string, string>>,
  disk: Disk,
  removed: readonly string[] = [],
): Promise<void> {
  const peels: Lockfile["peels"] = { ...project.lock.peels };
  for (const { order, entry } of ready) peels[order.name] = entry;
  for (const name of removed) delete peels[name];
  const manifest = projectText({ ...project.manifest, peels: { ...project.manifest.peels, ...wanted } });
  try {
    await project.commit({
      peels: new Map(
        ready.map(({ order, fetched }) => [
          order.name,
          (folder: string) => linkPeel(fetched.peel, fetched.folder, folder, disk),
        ]),
      ),
      removed,
      manifest,
      lock: lockText({ lockVersion: 1, peels }),
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

function readRequests(texts: readonly string[]): PeelRequest[] {
  const requests = texts.map((text) => parsePeelRequest(text));
  const names = requests.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined && requests.length > 0) return requests;
  throw new BananaError(
    "USAGE",
    twice ? `expected each name once, found ${twice} twice` : "expected the name of a peel, found none",
    {
      where: twice,
      hint: "For example: banana-peel add medical-imaging@^1.0.0",
    },
  );
}

/** As npm does: what was asked for, or, when nothing was, everything compatible with what was found. */
function savedRange({ range, version }: ResolvedPeel): string {
  return range ?? `^${version}`;
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

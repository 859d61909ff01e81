import { BananaError, type Lockfile } from "@banana-peel/format";
import type { ResolvedPeel } from "@banana-peel/resolver";
import { checkTrust } from "@banana-peel/signer/verify";
import { unneeded } from "./add.js";
import { bringPeels, type PeelOrder } from "./bring-peels.js";
import type { FetchContext } from "./fetch-peel.js";
import { isInstalled } from "./is-installed.js";
import { compareLock } from "./lock-state.js";
import { contextOf, type ProjectOptions } from "./options.js";
import { type OpenedProject, withProject } from "./project/with-project.js";
import { putInPlace } from "./put-in-place.js";
import { createCatalogue } from "./registry/catalogue.js";
import { usualTarballUrl } from "./registry/tarball-url.js";
import { type InstalledPeel, reportOf } from "./report.js";
import { isLocked, orderOf, type ResolveContext, resolveProject } from "./resolve-project.js";

/** How to install. */
export interface InstallOptions extends ProjectOptions {
  /** True: banana.lock must match banana.json and isn't changed. */
  frozen?: boolean | undefined;
}

/** What was installed. */
export interface InstallReport {
  /** Peels that were linked now. */
  readonly installed: readonly InstalledPeel[];
  /** Names of peels that were there already and are what the lockfile says. */
  readonly unchanged: readonly string[];
  /** Names of peels that nothing needs any more and that were taken away. */
  readonly removed: readonly string[];
  /** The authors' words on deprecated versions that were resolved now. */
  readonly deprecated: readonly {
    readonly name: string;
    readonly version: string;
    readonly message: string;
  }[];
  readonly milliseconds: number;
}

/**
 * Brings a project to what banana.lock says, exactly: versions, digests, signers, adapters. Where banana.lock doesn't
 * match banana.json, or has a merge conflict, what is missing is resolved and locked, unless `frozen`. The same
 * guarantees as `addPeels`.
 * @throws BananaError LOCK_OUTDATED when frozen or offline; SIGNER_NOT_TRUSTED; PROJECT_INVALID for a merge conflict when
 *   frozen; as `addPeels`
 */
export async function installPeels(options: InstallOptions): Promise<InstallReport> {
  const started = performance.now();
  const context = await contextOf(options);
  return withProject(
    options.project,
    context.disk,
    async (project) => {
      const { orders, unchanged, removed, resolved } = await whatToDo(
        project,
        context,
        options.frozen ?? false,
      );
      const ready = await bringPeels(orders, project, context);
      if (ready.length > 0 || removed.length > 0 || project.isMended)
        await putInPlace(project, { ready, removed }, context.disk);
      await context.documents.keep();
      return {
        installed: ready.map(reportOf),
        unchanged,
        removed,
        deprecated: resolved.flatMap(({ name, version, deprecated }) =>
          deprecated === undefined ? [] : [{ name, version, message: deprecated }],
        ),
        milliseconds: performance.now() - started,
      };
    },
    { signal: options.signal, mendLock: !options.frozen },
  );
}

async function whatToDo(project: OpenedProject, context: ResolveContext, frozen: boolean) {
  const { problem, isMissing, locked, removed } = compareLock(project);
  if (problem !== undefined && (frozen || (isMissing && context.offline))) throw problem;
  const resolution = isMissing ? await resolveProject(project, context, { fresh: new Set() }) : undefined;
  const resolved = resolution?.peels ?? [];
  const stays = isMissing
    ? resolved.filter((peel) => isLocked(peel, project)).map(({ name }) => name)
    : locked;
  const unchanged: string[] = [];
  const orders: PeelOrder[] = resolved
    .filter((peel) => !stays.includes(peel.name))
    .map((peel: ResolvedPeel) => orderOf(peel, project));
  for (const name of stays) {
    const { signer } = project.lock.peels[name]!;
    checkTrust({ name, signer, policy: project.manifest.trust, pinned: signer });
    if (await isInstalled(project, name)) unchanged.push(name);
    else orders.push(lockedOrder(project, name, context));
  }
  return { orders, unchanged, removed: isMissing ? unneeded(resolved, project) : removed, resolved };
}

/** The order of a locked peel; the registry is asked for the tarball's address only where it isn't the usual one. */
function lockedOrder(project: OpenedProject, name: string, context: FetchContext): PeelOrder {
  const entry: Lockfile["peels"][string] = project.lock.peels[name]!;
  const { version, registry, integrity, adapters, dependencies = {} } = entry;
  return {
    name,
    version,
    registry,
    integrity,
    adapters: adapters.map(({ file, digest }) => ({
      base: project.bases.find((base) => base.digest === digest)!,
      adapter: file,
    })),
    claims: { dependencies },
    usual: usualTarballUrl(registry, name, version),
    async tarball() {
      const config = { ...context.config, registryFor: () => registry };
      const catalogue = createCatalogue(config, {
        signal: context.signal,
        ...(context.request ? { request: context.request } : {}),
      });
      const found = (await catalogue.versions(name))?.versions.find((item) => item.version === version);
      if (found !== undefined) return found.tarball;
      throw new BananaError(
        "VERSION_UNSATISFIED",
        `expected ${name}@${version} as in banana.lock, ${registry} has none`,
        {
          where: `banana.lock:/peels/${name}`,
          hint: `Ask for another version: banana-peel add ${name}`,
        },
      );
    },
  };
}

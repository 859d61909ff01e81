import { BananaError, type Lockfile } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { checkTrust, verifyPeel } from "@banana-peel/signer/verify";
import { orderOf, putInPlace, resolvePeels } from "./add.js";
import { bringPeels, type PeelOrder } from "./bring-peels.js";
import type { FetchContext } from "./fetch-peel.js";
import { compareLock } from "./lock-state.js";
import { contextOf, type ProjectOptions } from "./options.js";
import { peelFolder } from "./project/read-project.js";
import { type OpenedProject, withProject } from "./project/with-project.js";
import { createCatalogue } from "./registry/catalogue.js";
import { type InstalledPeel, reportOf } from "./report.js";

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
  /** Names of peels that the project no longer asks for and that were taken away. */
  readonly removed: readonly string[];
  readonly milliseconds: number;
}

/**
 * Brings a project to what banana.lock says, exactly: versions, digests, signers, adapters. What banana.json asks for
 * beyond it is resolved and locked, unless `frozen`. The same guarantees as `addPeels`.
 * @throws BananaError LOCK_OUTDATED; SIGNER_NOT_TRUSTED; as `addPeels`
 */
export async function installPeels(options: InstallOptions): Promise<InstallReport> {
  const started = performance.now();
  const context = await contextOf(options);
  return withProject(
    options.project,
    context.disk,
    async (project) => {
      const state = compareLock(project);
      if (options.frozen && state.problem !== undefined) throw state.problem;
      const resolved =
        state.missing.length === 0 ? [] : await resolvePeels(state.missing, project, context, "locked");
      const unchanged: string[] = [];
      const orders: PeelOrder[] = [];
      for (const name of state.locked) {
        const { signer } = project.lock.peels[name]!;
        checkTrust({ name, signer, policy: project.manifest.trust, pinned: signer });
        if (await isInstalled(project, name)) unchanged.push(name);
        else orders.push(lockedOrder(project, name, context));
      }
      const ready = await bringPeels(
        [...orders, ...resolved.map((peel) => orderOf(peel, project))],
        project,
        context,
      );
      if (ready.length > 0 || state.removed.length > 0)
        await putInPlace(project, ready, {}, context.disk, state.removed);
      return {
        installed: ready.map(reportOf),
        unchanged,
        removed: state.removed,
        milliseconds: performance.now() - started,
      };
    },
    { signal: options.signal },
  );
}

/** True when a peel's folder holds the version and the signer that are locked, whole and unchanged. */
export async function isInstalled(project: OpenedProject, name: string): Promise<boolean> {
  const locked = project.lock.peels[name]!;
  try {
    const peel = await verifyPeel(folderSource(peelFolder(project.folder, name)));
    return (
      peel.manifest.name === name &&
      peel.manifest.version === locked.version &&
      peel.signer.fingerprint === locked.signer
    );
  } catch {
    return false;
  }
}

/** The order of a locked peel; the registry is only asked for the tarball's address, and only when it is needed. */
function lockedOrder(project: OpenedProject, name: string, context: FetchContext): PeelOrder {
  const { version, registry, integrity, adapters }: Lockfile["peels"][string] = project.lock.peels[name]!;
  return {
    name,
    version,
    registry,
    integrity,
    adapters: adapters.map(({ file, digest }) => ({
      base: project.bases.find((base) => base.digest === digest)!,
      adapter: file,
    })),
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

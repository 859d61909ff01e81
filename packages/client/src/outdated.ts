import { isBananaError, type PeelRequest } from "@banana-peel/format";
import { type Catalogue, type CatalogueEntry, chooseAdapters, resolve } from "@banana-peel/resolver";
import semver from "semver";
import { nodeDisk } from "./disk/disk.js";
import { contextOf, type ProjectOptions } from "./options.js";
import type { Project } from "./project/read-project.js";
import { openProject } from "./project/with-project.js";
import { createCatalogue } from "./registry/catalogue.js";

/** How a peel of a project stands to what its registry has. */
export interface OutdatedPeel {
  readonly name: string;
  /** What banana.json asks for. */
  readonly range: string;
  /** The locked version; undefined when it isn't locked. */
  readonly installed: string | undefined;
  /** The version that `update` would bring; undefined when none in the range fits. */
  readonly wanted: string | undefined;
  /** The registry's newest: its dist-tag latest, else the newest release. */
  readonly latest: string | undefined;
  /** Bases of the project that the newest version fits. */
  readonly latestFits: readonly { readonly family: string; readonly version: string }[];
  /** False when installed, wanted and latest are one. */
  readonly outdated: boolean;
}

/**
 * Compares every peel of banana.json with its registry; changes nothing. Sorted by name.
 * @throws BananaError of the project's files and of the registry; PEEL_UNKNOWN
 */
export async function outdatedPeels(options: ProjectOptions): Promise<OutdatedPeel[]> {
  const { config, signal, request } = await contextOf(options);
  const project = await openProject(options.project, options.disk ?? nodeDisk);
  const catalogue = createCatalogue(config, { signal, ...(request ? { request } : {}) });
  const asked = Object.entries(project.manifest.peels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const requests = asked.map(([name, range]) => ({ name, range }));
  const together = await wantedVersions(requests, project, catalogue);
  const { bases, lock } = project;
  return Promise.all(
    requests.map(async (item) => {
      const { name, range } = item;
      const entry = await catalogue.versions(name);
      const wanted = (together ?? (await wantedVersions([item], project, catalogue)))?.get(name);
      const installed = lock.peels[name]?.version;
      const latest = entry && newest(entry);
      const adapters = entry?.versions.find(({ version }) => version === latest)?.adapters ?? [];
      const latestFits = chooseAdapters(adapters, bases).map(({ base: { family, version } }) => ({
        family,
        version,
      }));
      const outdated = installed !== wanted || installed !== latest;
      return { name, range, installed, wanted, latest, latestFits, outdated };
    }),
  );
}

/** Codes of a resolution that there is none of: that is an answer here. */
const NONE: readonly string[] = ["VERSION_UNSATISFIED", "BASE_INCOMPATIBLE", "RESOLUTION_CONFLICT"];

/** What an update would bring; undefined when the requests can't be had together. */
async function wantedVersions(
  requests: readonly PeelRequest[],
  { bases, manifest: { overrides, sharedRoles } }: Project,
  catalogue: Catalogue,
): Promise<Map<string, string> | undefined> {
  try {
    const { peels } = await resolve({ requests, bases, catalogue, overrides, sharedRoles, fresh: "all" });
    return new Map(peels.map(({ name, version }) => [name, version]));
  } catch (error) {
    if (isBananaError(error) && NONE.includes(error.code)) return undefined;
    throw error;
  }
}

function newest({ distTags, versions }: CatalogueEntry): string | undefined {
  if (versions.some(({ version }) => version === distTags.latest)) return distTags.latest;
  const released = versions.map(({ version }) => version).filter((version) => semver.valid(version));
  return semver.maxSatisfying(released, "*") ?? undefined;
}

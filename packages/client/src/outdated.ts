import { isBananaError } from "@banana-peel/format";
import { type CatalogueEntry, chooseAdapters, type ProjectBase, resolve } from "@banana-peel/resolver";
import semver from "semver";
import { nodeDisk } from "./disk/disk.js";
import { mapLimit } from "./map-limit.js";
import { contextOf, type ProjectOptions } from "./options.js";
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

/** Names asked for at once. */
const PARALLEL = 8;

/**
 * Compares every peel of banana.json with its registry; changes nothing. Sorted by name.
 * @throws BananaError of the project's files and of the registry; PEEL_UNKNOWN
 */
export async function outdatedPeels(options: ProjectOptions): Promise<OutdatedPeel[]> {
  const { config, signal, request } = await contextOf(options);
  const project = await openProject(options.project, options.disk ?? nodeDisk);
  const catalogue = createCatalogue(config, { signal, ...(request ? { request } : {}) });
  const asked = Object.entries(project.manifest.peels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const results = await mapLimit(asked, PARALLEL, async ([name, range]) => {
    const entry = await catalogue.versions(name);
    const known = { versions: async () => entry, suggest: catalogue.suggest?.bind(catalogue) };
    const wanted = await wantedVersion(name, range, project.bases, known);
    const installed = project.lock.peels[name]?.version;
    const latest = entry && newest(entry);
    const adapters = entry?.versions.find(({ version }) => version === latest)?.adapters ?? [];
    return {
      name,
      range,
      installed,
      wanted,
      latest,
      latestFits: chooseAdapters(adapters, project.bases).map(({ base: { family, version } }) => ({
        family,
        version,
      })),
      outdated: installed !== wanted || installed !== latest,
    };
  });
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

async function wantedVersion(
  name: string,
  range: string,
  bases: readonly ProjectBase[],
  catalogue: Parameters<typeof resolve>[0]["catalogue"],
): Promise<string | undefined> {
  try {
    const { peels } = await resolve({ requests: [{ name, range }], bases, catalogue, prefer: "newest" });
    return peels[0]?.version;
  } catch (error) {
    // Nothing in the range fits: that is an answer here.
    if (isBananaError(error) && ["VERSION_UNSATISFIED", "BASE_INCOMPATIBLE"].includes(error.code))
      return undefined;
    throw error;
  }
}

function newest({ distTags, versions }: CatalogueEntry): string | undefined {
  if (versions.some(({ version }) => version === distTags.latest)) return distTags.latest;
  const released = versions.map(({ version }) => version).filter((version) => semver.valid(version));
  return semver.maxSatisfying(released, "*") ?? undefined;
}

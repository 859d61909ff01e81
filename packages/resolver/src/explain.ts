import { BananaError, type PeelRequest } from "@banana-peel/format";
import semver from "semver";
import type { AdapterFit, Catalogue, CatalogueEntry, CatalogueVersion, ProjectBase } from "./catalogue.js";
import { chooseAdapters } from "./fit.js";
import { nearest } from "./nearest.js";
import { newestFirst } from "./select.js";

/** Versions that a message lists; the rest is counted. */
const SHOWN = 6;

/** PEEL_UNKNOWN, with the nearest names that the registry offers. */
export async function unknownPeel(name: string, catalogue: Catalogue): Promise<BananaError> {
  const offered = (await catalogue.suggest?.(name)) ?? [];
  const near = nearest(name, offered);
  const registry = catalogue.registryFor?.(name) ?? "the registry";
  return new BananaError("PEEL_UNKNOWN", `expected a peel of the name ${name}, ${registry} has none`, {
    where: name,
    hint:
      near.length > 0
        ? `Did you mean ${near.join(" or ")}?`
        : "Check the spelling, and the registry: --registry URL asks another, @scope:registry=URL in .npmrc always.",
    details: { name, nearest: near },
  });
}

/** NOT_A_PEEL: the name exists, but no version carries the peel's metadata. */
export function notAPeel(entry: CatalogueEntry): BananaError {
  return new BananaError("NOT_A_PEEL", `expected ${entry.name} to be a peel, found an ordinary package`, {
    where: entry.name,
    hint: "Install ordinary packages with npm; check the scope of the peel's name.",
    details: { name: entry.name, registry: entry.registry },
  });
}

/** VERSION_UNSATISFIED, with what versions exist and the nearest of them. */
export function unsatisfied(request: PeelRequest, entry: CatalogueEntry): BananaError {
  const versions = newestFirst(entry).map(({ version }) => version);
  const tags = Object.keys(entry.distTags).sort();
  const isRange = request.range === undefined || semver.validRange(request.range) !== null;
  const nearestVersion = nearestTo(request.range, versions);
  const asked =
    request.range === undefined ? "a released version" : `a version in ${JSON.stringify(request.range)}`;
  const message = isRange
    ? `expected ${asked} of ${entry.name}, found ${listed(versions)}`
    : `expected a range or a dist-tag of ${entry.name}, found ${JSON.stringify(request.range)}; tags: ${tags.join(", ") || "none"}; versions: ${listed(versions)}`;
  return new BananaError("VERSION_UNSATISFIED", message, {
    where: `${entry.name}${request.range === undefined ? "" : `@${request.range}`}`,
    hint:
      nearestVersion === undefined
        ? "Ask the peel's author to publish a version."
        : `Ask for ${entry.name}@${nearestVersion}${semver.prerelease(nearestVersion) ? ", a prerelease" : ""}.`,
    details: {
      name: entry.name,
      range: request.range,
      versions,
      distTags: { ...entry.distTags },
      nearest: nearestVersion,
    },
  });
}

/** BASE_INCOMPATIBLE: which version wants which base, what the project has, and a version that would fit. */
export function incompatible(
  request: PeelRequest,
  entry: CatalogueEntry,
  inRange: readonly CatalogueVersion[],
  bases: readonly ProjectBase[],
): BananaError {
  const has = bases.map((base) => `${base.family} ${base.version}`).join(", ") || "no base";
  const wants = inRange
    .slice(0, SHOWN)
    .map(({ version, adapters }) => `${version} wants ${wanted(adapters ?? [], bases)}`);
  const rest = inRange.length > SHOWN ? `; and ${inRange.length - SHOWN} more` : "";
  const other = newestFirst(entry).find(
    ({ version, adapters }) =>
      adapters !== undefined &&
      semver.prerelease(version) === null &&
      chooseAdapters(adapters, bases).length > 0,
  );
  return new BananaError(
    "BASE_INCOMPATIBLE",
    `expected ${entry.name}${request.range ? `@${request.range}` : ""} to fit a base of the project, which has ${has}; ${wants.join("; ")}${rest}`,
    {
      where: entry.name,
      hint:
        bases.length === 0
          ? "Name the base's folder: banana-peel init --base DIR."
          : other
            ? `Ask for ${entry.name}@${other.version}, which fits.`
            : "Add a base of that family and version to banana.json, or ask the author for a version for yours.",
      details: {
        name: entry.name,
        bases: bases.map((base) => ({ ...base })),
        wanted: inRange.map(({ version, adapters }) => ({ version, adapters })),
        fitting: other?.version,
      },
    },
  );
}

function wanted(adapters: readonly AdapterFit[], bases: readonly ProjectBase[]): string {
  const texts = adapters.map(({ family, range, digest }) => {
    const sameVersion = bases.some((base) => base.family === family && semver.satisfies(base.version, range));
    return `${family} ${range}${sameVersion && digest ? ` with the weights ${digest.slice(0, 19)}…` : ""}`;
  });
  return [...new Set(texts)].join(" or ") || "nothing";
}

function listed(versions: readonly string[]): string {
  if (versions.length === 0) return "none";
  const shown = versions.slice(0, SHOWN).join(", ");
  return versions.length > SHOWN ? `${shown} and ${versions.length - SHOWN} more` : shown;
}

/** The version nearest to a range: the smallest above it, else the greatest; a prerelease only when there is no other. */
function nearestTo(range: string | undefined, newest: readonly string[]): string | undefined {
  const released = newest.filter((version) => semver.prerelease(version) === null);
  const pool = released.length > 0 ? released : newest;
  if (range === undefined || semver.validRange(range) === null) return pool[0];
  return pool.findLast((version) => semver.gtr(version, range)) ?? pool[0];
}

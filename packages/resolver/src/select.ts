import semver from "semver";
import type { CatalogueEntry, CatalogueVersion } from "./catalogue.js";

/**
 * The versions of an entry that a request admits, best first: `latest` when nothing was asked and it is no
 * prerelease, then those that are not deprecated, then the newest. Prereleases only when the range or the tag
 * asks for them.
 * @param range semver range or dist-tag; undefined when nothing was asked
 */
export function candidates(entry: CatalogueEntry, range: string | undefined): CatalogueVersion[] {
  const tagged =
    range !== undefined && Object.hasOwn(entry.distTags, range) ? entry.distTags[range] : undefined;
  if (tagged !== undefined) return entry.versions.filter(({ version }) => version === tagged);
  if (range !== undefined && semver.validRange(range) === null) return [];
  const latest = range === undefined ? entry.distTags.latest : undefined;
  const rank = (item: CatalogueVersion) =>
    item.version === latest ? 0 : item.deprecated === undefined ? 1 : 2;
  return newestFirst(entry)
    .filter(({ version }) => semver.satisfies(version, range ?? "*"))
    .sort((a, b) => rank(a) - rank(b));
}

/** All semver versions of an entry, newest first. */
export function newestFirst(entry: CatalogueEntry): CatalogueVersion[] {
  return entry.versions
    .filter(({ version }) => semver.valid(version) === version)
    .sort((a, b) => semver.compareBuild(b.version, a.version));
}

import type { PeelRequest } from "@banana-peel/format";
import type { Catalogue, CatalogueEntry, CatalogueVersion, ProjectBase } from "./catalogue.js";
import { incompatible, notAPeel, unknownPeel, unsatisfied } from "./explain.js";
import { type ChosenAdapter, chooseAdapters } from "./fit.js";
import { candidates } from "./select.js";

/** What is to be resolved. */
export interface ResolveOptions {
  /** The peels asked for, each name once. */
  readonly requests: readonly PeelRequest[];
  /** The bases of the project. */
  readonly bases: readonly ProjectBase[];
  readonly catalogue: Catalogue;
  /** Versions of the lockfile, by name. */
  readonly locked?: ReadonlyMap<string, string>;
  /** `locked` keeps a locked version as long as it satisfies the request; `newest` looks again. */
  readonly prefer?: "locked" | "newest";
}

/** One peel of a resolution. */
export interface ResolvedPeel {
  readonly name: string;
  readonly version: string;
  /** What was asked for; undefined when no range was given. */
  readonly range: string | undefined;
  /** Address of the registry. */
  readonly registry: string;
  /** Address of the tarball. */
  readonly tarball: string;
  /** SHA-512 that the registry promises. */
  readonly integrity: string;
  /** The adapter for each base that it fits; at least one. */
  readonly adapters: readonly ChosenAdapter[];
  /** The author's words, when the version is deprecated. */
  readonly deprecated: string | undefined;
}

/** The peels that satisfy every request, sorted by name. */
export interface Resolution {
  readonly peels: readonly ResolvedPeel[];
}

/**
 * Picks for each request the newest version in its range that fits a base of the project. The same catalogue gives
 * the same resolution. Specification: docs/specification/lock.md, Resolution.
 * @throws BananaError PEEL_UNKNOWN, NOT_A_PEEL, VERSION_UNSATISFIED, BASE_INCOMPATIBLE; of several, the one of the
 *   first name in code unit order
 */
export async function resolve(options: ResolveOptions): Promise<Resolution> {
  const requests = [...options.requests].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const entries = await Promise.all(requests.map(({ name }) => options.catalogue.versions(name)));
  const peels: ResolvedPeel[] = [];
  for (const [i, request] of requests.entries()) {
    const entry = entries[i];
    if (entry === undefined) throw await unknownPeel(request.name, options.catalogue);
    peels.push(resolveOne(request, entry, options));
  }
  return { peels };
}

function resolveOne(request: PeelRequest, all: CatalogueEntry, options: ResolveOptions): ResolvedPeel {
  const entry = { ...all, versions: all.versions.filter(({ adapters }) => adapters !== undefined) };
  if (entry.versions.length === 0 && all.versions.length > 0) throw notAPeel(all);
  const inRange = candidates(entry, request.range);
  if (inRange.length === 0) throw unsatisfied(request, entry);
  const fitting = inRange.flatMap((item) => {
    const adapters = chooseAdapters(item.adapters ?? [], options.bases);
    return adapters.length > 0 ? [{ item, adapters }] : [];
  });
  const locked = options.prefer === "newest" ? undefined : options.locked?.get(request.name);
  const best = fitting.find(({ item }) => item.version === locked) ?? fitting[0];
  if (best === undefined) throw incompatible(request, entry, inRange, options.bases);
  return resolved(request, entry, best.item, best.adapters);
}

function resolved(
  request: PeelRequest,
  entry: CatalogueEntry,
  item: CatalogueVersion,
  adapters: ChosenAdapter[],
): ResolvedPeel {
  return {
    name: entry.name,
    version: item.version,
    range: request.range,
    registry: entry.registry,
    tarball: item.tarball,
    integrity: item.integrity,
    adapters,
    deprecated: item.deprecated,
  };
}

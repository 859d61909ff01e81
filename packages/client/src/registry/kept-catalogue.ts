import { BananaError, type ErrorCode, isBananaError } from "@banana-peel/format";
import type { Catalogue, CatalogueEntry } from "@banana-peel/resolver";
import type { Documents } from "../store/documents.js";
import { type AskOptions, createCatalogue } from "./catalogue.js";
import type { RegistryConfig } from "./npm-config.js";

/** A registry that couldn't say anything of a name, whose locked version was taken as it is. */
export interface Unasked {
  readonly name: string;
  readonly registry: string;
  /** Code and message of what went wrong. */
  readonly code: ErrorCode;
  readonly message: string;
}

/** How names are looked up. */
export interface KeptOptions extends AskOptions {
  readonly documents: Documents;
  /** True: no registry is asked. */
  readonly offline?: boolean | undefined;
  /** True: a registry is asked only for what isn't kept. */
  readonly preferOffline?: boolean | undefined;
  /** True when the tarball of this integrity needn't be fetched. */
  hasTarball(integrity: string): Promise<boolean>;
  /** What is known of a name's locked version, when that will do; undefined when the registry has to be asked. */
  spare(name: string): Promise<CatalogueEntry | undefined>;
}

/**
 * A catalogue that remembers answers, does without registries where it is told to, and doesn't fail for the registry of
 * a peel that is locked and that nobody asked for.
 * @returns the catalogue, and `unasked`, filled while it is used
 */
export function createKeptCatalogue(
  config: RegistryConfig,
  options: KeptOptions,
): { catalogue: Catalogue; unasked: Unasked[] } {
  const { documents, offline, preferOffline } = options;
  const asked = createCatalogue(config, options);
  const unasked: Unasked[] = [];
  /** The spare, as the registry said it last where that still has it: other versions may be needed. */
  const spareOf = async (name: string, registry: string): Promise<CatalogueEntry | undefined> => {
    const spare = await options.spare(name);
    const [locked] = spare?.versions ?? [];
    if (spare === undefined || locked === undefined) return undefined;
    const kept = (await documents.find(registry, name))?.entry;
    const others = kept?.versions.filter(({ version }) => version !== locked.version) ?? [];
    const same = kept?.versions.find((item) => item.integrity === locked.integrity);
    return {
      ...spare,
      distTags: { ...kept?.distTags, ...spare.distTags },
      versions: [same ?? locked, ...others],
    };
  };
  const atHand = async (name: string): Promise<CatalogueEntry> => {
    const registry = config.registryFor(name);
    const [spare] = (await options.spare(name))?.versions ?? [];
    const entry = (await spareOf(name, registry)) ?? (await documents.find(registry, name))?.entry;
    const has = await Promise.all(
      (entry?.versions ?? []).map(
        ({ version, integrity }) => version === spare?.version || options.hasTarball(integrity),
      ),
    );
    const versions = entry?.versions.filter((_, i) => has[i]) ?? [];
    if (entry !== undefined && versions.length > 0) return { ...entry, versions };
    throw missing(name, registry, entry);
  };
  const look = async (name: string): Promise<CatalogueEntry | undefined> => {
    if (offline) return atHand(name);
    const registry = config.registryFor(name);
    const kept = preferOffline ? (await documents.find(registry, name))?.entry : undefined;
    if (kept !== undefined) return kept;
    try {
      const entry = await asked.versions(name);
      if (entry !== undefined) return entry;
    } catch (error) {
      if (!isBananaError(error) || error.code === "CANCELLED") throw error;
      const spare = await spareOf(name, registry);
      if (spare === undefined) throw error;
      unasked.push({ name, registry, code: error.code, message: error.message });
      return spare;
    }
    return undefined;
  };
  const seen = new Map<string, Promise<CatalogueEntry | undefined>>();
  const catalogue: Catalogue = {
    registryFor: (name) => config.registryFor(name),
    versions(name) {
      const known = seen.get(name) ?? look(name);
      seen.set(name, known);
      return known;
    },
    suggest: async (name) => (offline ? [] : ((await asked.suggest?.(name)) ?? [])),
  };
  return { catalogue, unasked };
}

function missing(name: string, registry: string, entry: CatalogueEntry | undefined): BananaError {
  const known = entry?.versions.map(({ version }) => version) ?? [];
  const what =
    known.length === 0
      ? `nothing is known of ${name}`
      : `none of its versions is there (${known.slice(-6).join(", ")})`;
  return new BananaError(
    "REGISTRY_UNREACHABLE",
    `expected ${name} in the store, found that ${what}, and --offline forbids to ask ${registry}`,
    {
      where: name,
      hint: "Run the command once without --offline.",
      details: { name, registry, versions: known, offline: true },
    },
  );
}

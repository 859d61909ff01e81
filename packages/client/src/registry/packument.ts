import { BananaError, isPeelName, PACKAGE_FIELD } from "@banana-peel/format";
import type { AdapterFit, CatalogueEntry, CatalogueVersion } from "@banana-peel/resolver";
import semver from "semver";

const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;
/** Versions of one name that are read, newest first in most registries; the rest is ignored. */
const MAX_VERSIONS = 100_000;

/**
 * Reads a registry's full metadata document of one name. What a version says of itself is believed only as far as
 * choosing goes: the tarball is checked against its digest and its signature.
 * @throws BananaError REGISTRY_INVALID
 */
export function readPackument(text: string, name: string, registry: string): CatalogueEntry {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    const kind = /^\s*</.test(text) ? "HTML" : "other text";
    throw invalid(name, registry, `expected JSON, found ${kind}`, cause);
  }
  return readEntry(data, name, registry);
}

/** The same of a document that was read already. @throws BananaError REGISTRY_INVALID */
export function readEntry(data: unknown, name: string, registry: string): CatalogueEntry {
  const document = record(data);
  if (document?.name !== name)
    throw invalid(
      name,
      registry,
      `expected a document of ${name}, found one of ${JSON.stringify(document?.name)}`,
    );
  const versions = record(document.versions);
  if (versions === undefined) throw invalid(name, registry, "expected versions, found none");
  return {
    name,
    registry,
    distTags: strings(document["dist-tags"]),
    versions: Object.entries(versions)
      .slice(0, MAX_VERSIONS)
      .flatMap(([version, value]) => readVersion(version, value, registry)),
  };
}

/** The document of an entry, from which `readEntry` gives it again: what registries say beside is left out. */
export function documentOf({ name, distTags, versions }: CatalogueEntry): unknown {
  return {
    name,
    "dist-tags": distTags,
    versions: Object.fromEntries(
      versions.map(({ version, integrity, tarball, deprecated, ...field }) => [
        version,
        { version, dist: { integrity, tarball }, deprecated, [PACKAGE_FIELD]: field },
      ]),
    ),
  };
}

function readVersion(version: string, value: unknown, registry: string): CatalogueVersion[] {
  const manifest = record(value);
  const dist = record(manifest?.dist);
  const integrity =
    typeof dist?.integrity === "string"
      ? dist.integrity.split(/\s+/).find((hash) => SHA512.test(hash))
      : undefined;
  const tarball = readAddress(dist?.tarball, registry);
  if (manifest?.version !== version || integrity === undefined) return [];
  if (tarball === undefined) return [];
  const deprecated =
    typeof manifest.deprecated === "string" && manifest.deprecated !== "" ? manifest.deprecated : undefined;
  const field = record(manifest[PACKAGE_FIELD]);
  const relations = readRelations(field);
  // What can't be understood can't be resolved: then it is no peel.
  const adapters = relations === undefined ? undefined : readAdapters(field);
  return [{ version, integrity, tarball: tarball.href, adapters, ...relations, deprecated }];
}

/** Address of a tarball. npm publishes with http, whatever the registry: its own host is asked as the registry is. */
function readAddress(value: unknown, registry: string): URL | undefined {
  if (typeof value !== "string" || !URL.canParse(value, registry)) return undefined;
  const address = new URL(value, registry);
  if (!/^https?:$/.test(address.protocol)) return undefined;
  const { protocol, hostname, port } = new URL(registry);
  const isUnsafe = protocol === "https:" && address.protocol === "http:" && address.hostname === hostname;
  if (!isUnsafe || (address.port !== "" && address.port !== port)) return address;
  address.protocol = protocol;
  address.port = port;
  return address;
}

/** What a version says of other peels; undefined when it is nothing that a peel can say. */
function readRelations(
  field: Record<string, unknown> | undefined,
): Pick<CatalogueVersion, "dependencies" | "conflicts" | "roles"> | undefined {
  const { dependencies = {}, conflicts = {}, roles = [] } = field ?? {};
  if (!isRanges(dependencies) || !isRanges(conflicts)) return undefined;
  if (!Array.isArray(roles) || roles.length > 16 || !roles.every((role) => typeof role === "string"))
    return undefined;
  return { dependencies, conflicts, roles };
}

function isRanges(value: unknown): value is Record<string, string> {
  const entries = Object.entries(record(value) ?? { "": undefined });
  return (
    entries.length <= 64 &&
    entries.every(
      ([name, range]) =>
        isPeelName(name) &&
        typeof range === "string" &&
        !/\p{Cc}/u.test(range) &&
        semver.validRange(range) !== null,
    )
  );
}

function readAdapters(field: Record<string, unknown> | undefined): AdapterFit[] | undefined {
  const adapters = field?.adapters;
  if (!Array.isArray(adapters)) return undefined;
  return adapters.slice(0, 32).flatMap((item) => {
    const { family, range, digest } = record(item) ?? {};
    if (typeof family !== "string" || typeof range !== "string") return [];
    return [{ family, range, ...(typeof digest === "string" ? { digest } : {}) }];
  });
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function strings(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record(value) ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}

function invalid(name: string, registry: string, message: string, cause?: unknown): BananaError {
  return new BananaError("REGISTRY_INVALID", message, {
    where: `${registry}${name}`,
    hint: "Is this the address of an npm registry? A proxy may have answered in its place.",
    cause,
  });
}

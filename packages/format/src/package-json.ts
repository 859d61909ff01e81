import type { PeelManifest, Person } from "./generated/peel.js";
import { PACKAGE_FIELD } from "./layout.js";

/** Keyword that every peel carries, so that a search of any npm registry finds peels. */
export const PEEL_KEYWORD = "banana-peel";

/** What the field `bananaPeel` of a package.json says: which bases the peel fits. */
export interface PackageField {
  formatVersion: 1;
  /** Name shown to people. */
  title?: string;
  /** One for each adapter of the manifest, in its order; `digest` pins the base's exact weights. */
  adapters: { family: string; range: string; digest?: string }[];
  /** The manifest's: peels that it needs, name to semver range. npm must not install them, so they are here. */
  dependencies?: Record<string, string>;
  /** The manifest's: peels that can't be beside it, name to semver range. */
  conflicts?: Record<string, string>;
  /** The manifest's exclusive roles. */
  roles?: string[];
}

/**
 * The package.json of a peel: nothing but what its manifest says, so that a registry's metadata can't tell
 * another story than the signed peel.json. Fields without a value are left out; the order of keys is fixed.
 * Specification: docs/specification/peel.md, package.json.
 */
export function derivePackageJson(manifest: PeelManifest): Record<string, unknown> {
  const [author, ...contributors] = (manifest.authors ?? []).map(person);
  return defined({
    name: manifest.name,
    version: manifest.version,
    description: manifest.description,
    license: manifest.license,
    keywords: [...new Set([PEEL_KEYWORD, ...(manifest.keywords ?? [])])],
    author,
    contributors: contributors.length > 0 ? contributors : undefined,
    [PACKAGE_FIELD]: defined({
      formatVersion: manifest.formatVersion,
      title: manifest.title,
      adapters: manifest.adapters.map(({ base: { family, range, digest } }) =>
        defined({ family, range, digest }),
      ),
      dependencies: notEmpty(manifest.dependencies),
      conflicts: notEmpty(manifest.conflicts),
      roles: manifest.roles?.length ? manifest.roles : undefined,
    }),
  });
}

/** The bytes of that package.json as packing writes them: UTF-8, two spaces of indent, a newline at the end. */
export function packageJsonBytes(manifest: PeelManifest): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(derivePackageJson(manifest), null, 2)}\n`);
}

function person({ name, email, url }: Person): Record<string, unknown> {
  return defined({ name, email, url });
}

function notEmpty(ranges: Readonly<Record<string, string>> | undefined): Record<string, string> | undefined {
  return ranges === undefined || Object.keys(ranges).length === 0 ? undefined : { ...ranges };
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** What an adapter of a peel was made for, as the `bananaPeel` field of its package.json says. */
export interface AdapterFit {
  /** Family of the base. */
  readonly family: string;
  /** semver range of the base's version. */
  readonly range: string;
  /** Digest of the one base whose exact weights the adapter needs. */
  readonly digest?: string | undefined;
}

/** One published version. */
export interface CatalogueVersion {
  readonly version: string;
  /** SHA-512 of the tarball, as in W3C Subresource Integrity. */
  readonly integrity: string;
  /** Address of the tarball. */
  readonly tarball: string;
  /** One for each adapter, in the manifest's order; undefined when the package is not a peel. */
  readonly adapters: readonly AdapterFit[] | undefined;
  /** Peels that it needs: name to semver range. */
  readonly dependencies?: Readonly<Record<string, string>> | undefined;
  /** Peels that can't be beside it: name to semver range. */
  readonly conflicts?: Readonly<Record<string, string>> | undefined;
  /** Its exclusive roles. */
  readonly roles?: readonly string[] | undefined;
  /** The author's words, when the version is deprecated. */
  readonly deprecated?: string | undefined;
}

/** Everything that a registry has of one name. */
export interface CatalogueEntry {
  readonly name: string;
  /** Address of the registry. */
  readonly registry: string;
  /** dist-tag to version. */
  readonly distTags: Readonly<Record<string, string>>;
  /** In any order; versions that are not semver are ignored. */
  readonly versions: readonly CatalogueVersion[];
}

/** What versions of a peel exist and what they fit. The resolver does no I/O itself. */
export interface Catalogue {
  /** What there is of a full name, `@scope/name`; undefined when the registry has none. */
  versions(name: string): Promise<CatalogueEntry | undefined>;
  /** Address of the registry that a name is asked for; for messages. */
  registryFor?(name: string): string;
  /** Names near to one that is unknown; may be empty, never fails. */
  suggest?(name: string): Promise<readonly string[]>;
}

/** A base of the project. */
export interface ProjectBase {
  readonly family: string;
  readonly version: string;
  /** Base digest, `sha256:` and hexadecimal. */
  readonly digest: string;
}

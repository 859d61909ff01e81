import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Received, type Staging, syncFile } from "./staging.js";

/** The document of a package as Verdaccio's local storage keeps it, as far as it is used here. */
export interface PackageDocument {
  name: string;
  versions: Record<string, { dist?: { tarball?: string; integrity?: string } } & Record<string, unknown>>;
  time: Record<string, string>;
  "dist-tags": Record<string, string>;
  _attachments: Record<string, { shasum?: string; version?: string }>;
  _rev: string;
  readme?: string;
  [field: string]: unknown;
}

/** A version that is put in its place. */
export interface NewVersion {
  readonly name: string;
  readonly version: string;
  readonly tag: string;
  readonly metadata: Record<string, unknown>;
  readonly readme: string;
}

/** A tarball that is served. */
export interface StoredTarball {
  readonly path: string;
  readonly integrity: string;
}

/** What is about to be moved, written before the first move, so that a start after a crash can tidy up. */
interface Intent {
  readonly name: string;
  readonly file: string;
}
const INTENT = "intent.json";

/**
 * The packages on disk, in the layout of Verdaccio's local storage, which reads them: a folder each, with package.json
 * and tarballs. Written here and not through Verdaccio's API, whose requests hold a tarball in base64 in memory several
 * times. Callers run one change of a name at a time.
 */
export class Packages {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The document of a name; undefined when nothing of it was published. */
  async get(name: string): Promise<PackageDocument | undefined> {
    try {
      return JSON.parse(await readFile(this.#document(name), "utf8")) as PackageDocument;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  /**
   * Adds a version: the tarball is moved to its place, then the document with it, each by one rename of what is on the
   * disk already. The second is the moment of publishing; a crash before it leaves a tarball that nothing names and
   * that `recover` removes.
   */
  async add(version: NewVersion, received: Received): Promise<void> {
    const { name } = version;
    const file = tarballName(name, version.version);
    const document = withVersion(await this.get(name), version, received, file);
    const ready = join(received.folder, "package.json");
    await writeFile(ready, JSON.stringify(document, undefined, "\t"));
    await writeFile(join(received.folder, INTENT), JSON.stringify({ name, file } satisfies Intent));
    await Promise.all([syncFile(ready), syncFile(received.path)]);
    await mkdir(join(this.#folder, name), { recursive: true });
    await rename(received.path, join(this.#folder, name, file));
    await rename(ready, this.#document(name));
    await received.discard();
  }

  /** The tarball of that name; undefined when no published version has it. */
  async tarball(name: string, file: string): Promise<StoredTarball | undefined> {
    const document = await this.get(name);
    const version = document?._attachments[file]?.version;
    const integrity = version === undefined ? undefined : document?.versions[version]?.dist?.integrity;
    return integrity === undefined ? undefined : { path: join(this.#folder, name, file), integrity };
  }

  /** Removes what uploads of an earlier process left: what they had moved and not published, and their folders. */
  async recover(staging: Staging): Promise<void> {
    for (const folder of await staging.left()) {
      const intent = await readIntent(join(folder, INTENT));
      if (intent !== undefined) {
        const document = await this.get(intent.name);
        const version = document?._attachments[intent.file]?.version;
        if (version === undefined) await rm(join(this.#folder, intent.name, intent.file), { force: true });
      }
      await rm(folder, { recursive: true, force: true });
    }
  }

  #document(name: string): string {
    return join(this.#folder, name, "package.json");
  }
}

/** File name of a version's tarball, as npm has it: the name without its scope. */
export function tarballName(name: string, version: string): string {
  return `${name.slice(name.indexOf("/") + 1)}-${version}.tgz`;
}

function withVersion(
  before: PackageDocument | undefined,
  { name, version, tag, metadata, readme }: NewVersion,
  { shasum, integrity }: Received,
  file: string,
): PackageDocument {
  const now = new Date().toISOString();
  const revision = Number(before?._rev.split("-")[0] ?? 0) + 1;
  const tags = { ...before?.["dist-tags"], [tag]: version };
  return {
    users: {},
    _uplinks: {},
    _distfiles: {},
    ...before,
    name,
    _id: name,
    _rev: `${revision}-${integrity.slice("sha512-".length).replace(/\W/g, "").slice(0, 16)}`,
    versions: { ...before?.versions, [version]: metadata },
    time: { created: now, ...before?.time, modified: now, [version]: now },
    // npm's clients need latest; the first version has it whatever its tag.
    "dist-tags": { latest: version, ...tags },
    _attachments: { ...before?._attachments, [file]: { shasum, version } },
    readme,
  };
}

async function readIntent(path: string): Promise<Intent | undefined> {
  try {
    const { name, file } = JSON.parse(await readFile(path, "utf8")) as Partial<Intent>;
    return typeof name === "string" && typeof file === "string" ? { name, file } : undefined;
  } catch {
    return undefined;
  }
}

import { readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "@banana-peel/format/node";
import { type Intent, readIntent, writeIntent } from "./intent.js";
import type { Owner, Owners } from "./owners.js";
import type { Received, Staging } from "./staging.js";
import { syncFile } from "./sync-file.js";

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

/**
 * The packages on disk, in the layout of Verdaccio's local storage, which reads them: a folder each, with package.json
 * and tarballs. Written here and not through Verdaccio's API, whose requests hold a tarball in base64 in memory several
 * times. Callers run one change of a name at a time. A change is whole or not at all, its owner with it, whatever
 * fails and whenever the process ends: `recover` takes back, or finishes, what was left.
 */
export class Packages {
  readonly #folder: string;
  readonly #staging: Staging;
  readonly #owners: Owners;

  constructor(folder: string, staging: Staging, owners: Owners) {
    this.#folder = folder;
    this.#staging = staging;
    this.#owners = owners;
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
   * Adds a version: the owner is written, the tarball is moved to its place, then the document with it, each by one
   * rename of what is on the disk already. The last is the moment of publishing.
   */
  async add(version: NewVersion, received: Received, owner: Owner): Promise<void> {
    const { name } = version;
    const file = tarballName(name, version.version);
    const document = withVersion(await this.get(name), version, received, file);
    const ready = await this.#ready(received.folder, document);
    await received.synced();
    await this.#carryOut(received.folder, { name, kind: "add", files: [file] }, owner, async () => {
      await makeFolder(join(this.#folder, name));
      await rename(received.path, join(this.#folder, name, file));
      await rename(ready, this.#document(name));
    });
    await received.discard();
  }

  /**
   * Puts another document in a name's place, or none, and removes the tarballs that it names no more. The rename or
   * removal of the document is the moment of the change.
   */
  async replace(before: PackageDocument, after: PackageDocument | undefined, owner: Owner): Promise<void> {
    const { name } = before;
    const files = Object.keys(before._attachments).filter((file) => after?._attachments[file] === undefined);
    const folder = await this.#staging.folder();
    try {
      const ready = after === undefined ? undefined : await this.#ready(folder, after);
      await this.#carryOut(folder, { name, kind: "remove", files }, owner, async () => {
        if (ready === undefined) await rm(this.#document(name));
        else await rename(ready, this.#document(name));
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** The tarball of that name; undefined when no published version has it. */
  async tarball(name: string, file: string): Promise<StoredTarball | undefined> {
    const document = await this.get(name);
    const version = document?._attachments[file]?.version;
    const integrity = version === undefined ? undefined : document?.versions[version]?.dist?.integrity;
    return integrity === undefined ? undefined : { path: join(this.#folder, name, file), integrity };
  }

  /** Takes back or finishes what an earlier process left in staging. */
  async recover(): Promise<void> {
    for (const folder of await this.#staging.left()) {
      const intent = await readIntent(folder);
      if (intent !== undefined) await this.#settle(intent);
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** The document on the disk, ready to be moved to its place. */
  async #ready(folder: string, document: PackageDocument): Promise<string> {
    const path = join(folder, "package.json");
    await writeFile(path, JSON.stringify(document, undefined, "\t"));
    await syncFile(path);
    return path;
  }

  async #carryOut(
    folder: string,
    what: Omit<Intent, "owner">,
    owner: Owner,
    change: () => Promise<void>,
  ): Promise<void> {
    const intent = { ...what, owner: (await this.#owners.get(what.name)) ?? null };
    await writeIntent(folder, intent);
    try {
      await this.#owners.set(what.name, owner);
      await change();
    } finally {
      await this.#settle(intent);
    }
  }

  /** Brings a name into the state before its change or after it: the document says which of the two. */
  async #settle({ name, kind, files, owner }: Intent): Promise<void> {
    const document = await this.get(name);
    const named = (file: string) => document?._attachments[file] !== undefined;
    const isDone = kind === "add" ? files.every(named) : !files.some(named);
    if (!isDone && owner === null) await this.#owners.remove(name);
    else if (!isDone && owner !== null) await this.#owners.set(name, owner);
    for (const file of files) if (!named(file)) await rm(join(this.#folder, name, file), { force: true });
    if (document === undefined) await removeEmpty(join(this.#folder, name));
  }

  #document(name: string): string {
    return join(this.#folder, name, "package.json");
  }
}

/** Removes a package's folder and its scope's, unless something is in them. */
async function removeEmpty(folder: string): Promise<void> {
  for (const path of [folder, dirname(folder)])
    await rmdir(path).catch((error: NodeJS.ErrnoException) => {
      if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(error.code ?? "")) throw error;
    });
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

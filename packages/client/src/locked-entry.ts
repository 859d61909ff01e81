import { folderSource } from "@banana-peel/format/node";
import type { CatalogueEntry } from "@banana-peel/resolver";
import { verifyPeel } from "@banana-peel/signer/verify";
import semver from "semver";
import { type Project, peelFolder } from "./project/read-project.js";

/**
 * What a project itself knows of a peel that it has locked: as the installed peel, which is signed, says it; where that
 * isn't there, as banana.lock does, which knows no conflicts and no roles. One version, the locked one.
 * @param registry where its tarball would be, at npm's usual place
 * @returns undefined when it isn't locked
 */
export async function lockedEntry(
  { folder, lock, manifest }: Project,
  name: string,
  registry: string,
): Promise<CatalogueEntry | undefined> {
  const entry = lock.peels[name];
  if (entry === undefined) return undefined;
  const { version, integrity, dependencies = {} } = entry;
  const tarball = new URL(`${name}/-/${name.slice(name.indexOf("/") + 1)}-${version}.tgz`, registry).href;
  const range = manifest.peels?.[name];
  // What a dist-tag meant is what was locked.
  const distTags = range !== undefined && semver.validRange(range) === null ? { [range]: version } : {};
  const own = await installed(folder, name, entry);
  const adapters = entry.adapters.map(({ family, version: made, digest }) => ({
    family,
    range: made,
    digest,
  }));
  const said = own ?? { adapters, dependencies };
  return { name, registry, distTags, versions: [{ version, integrity, tarball, ...said }] };
}

async function installed(project: string, name: string, locked: Project["lock"]["peels"][string]) {
  try {
    const { manifest, signer } = await verifyPeel(folderSource(peelFolder(project, name)));
    const { adapters, dependencies = {}, conflicts = {}, roles = [] } = manifest;
    if (manifest.name !== name || manifest.version !== locked.version) return undefined;
    if (signer.fingerprint !== locked.signer) return undefined;
    return { adapters: adapters.map(({ base }) => base), dependencies, conflicts, roles };
  } catch {
    return undefined;
  }
}

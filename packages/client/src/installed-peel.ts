import { BananaError, parsePeelRequest } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { checkTrust, type VerifiedPeel, verifyPeel } from "@banana-peel/signer/verify";
import { type Disk, nodeDisk } from "./disk/disk.js";
import { exists } from "./disk/remove.js";
import { peelFolder } from "./project/read-project.js";
import { openProject } from "./project/with-project.js";

/**
 * A peel of a project, ready for the runtime's openPeel: verified where it lies, in the locked version, by the
 * locked signer, whom the project's trust policy accepts. So what a host loads is what `banana-peel add` put there.
 * @param project the app's folder, where banana.lock is
 * @param name `name` or `@scope/name`
 * @throws BananaError FILE_MISSING, LOCK_OUTDATED, SIGNER_CHANGED, SIGNER_NOT_TRUSTED; of `verifyPeel`; of the
 *   project's files
 */
export async function openInstalledPeel(
  project: string,
  name: string,
  disk: Disk = nodeDisk,
): Promise<VerifiedPeel> {
  const { folder, manifest: wanted, lock } = await openProject(project, disk);
  const full = parsePeelRequest(name).name;
  const entry = lock.peels[full];
  const path = peelFolder(folder, full);
  if (entry === undefined || !(await exists(disk, path)))
    throw new BananaError("FILE_MISSING", `expected ${full} to be installed in ${folder}, found none`, {
      where: path,
      hint: entry === undefined ? `Add it: banana-peel add ${full}` : "Bring it back: banana-peel install",
    });
  const peel = await verifyPeel({ ...folderSource(path), label: `${full}@${entry.version}` });
  checkTrust({
    name: full,
    signer: peel.signer.fingerprint,
    policy: wanted.trust,
    pinned: entry.signer,
  });
  if (peel.manifest.name !== full || peel.manifest.version !== entry.version)
    throw new BananaError(
      "LOCK_OUTDATED",
      `expected ${full} ${entry.version} as locked, found ${peel.manifest.name} ${peel.manifest.version}`,
      { where: path, hint: "Bring the locked version back: banana-peel install" },
    );
  return peel;
}

/**
 * A peel of a project and all that it needs, each as `openInstalledPeel` gives it: what is needed comes before what needs
 * it (in a circle, by name), the peel itself last. A host puts them in force together.
 * @throws BananaError as `openInstalledPeel`
 */
export async function openInstalledPeels(
  project: string,
  name: string,
  disk: Disk = nodeDisk,
): Promise<VerifiedPeel[]> {
  const { lock } = await openProject(project, disk);
  const ordered: string[] = [];
  const seen = new Set<string>();
  const visit = (at: string) => {
    if (seen.has(at)) return;
    seen.add(at);
    for (const other of Object.keys(lock.peels[at]?.dependencies ?? {}).sort()) visit(other);
    ordered.push(at);
  };
  visit(parsePeelRequest(name).name);
  return Promise.all(ordered.map((at) => openInstalledPeel(project, at, disk)));
}

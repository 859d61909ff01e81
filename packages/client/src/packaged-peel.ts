import { dirname, join, resolve } from "node:path";
import { BananaError, FILES, parsePeelRequest } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { checkTrust, type VerifiedPeel, verifyPeel } from "@banana-peel/signer/verify";
import { type Disk, nodeDisk } from "./disk/disk.js";
import { exists } from "./disk/remove.js";
import { openProject } from "./project/with-project.js";

/** Who may have signed a peel that npm installed. */
export interface PackagedPeelOptions {
  /** Fingerprint that the author published, for a name of which banana.json and banana.lock say nothing. */
  readonly signer?: string | undefined;
  /** true: whoever signed a peel of which nothing says who may. For tools that leave the choice to a person. */
  readonly anySigner?: boolean | undefined;
}

/**
 * A peel that `npm install @peels/x` put into node_modules, ready for the runtime's openPeel: verified where it lies,
 * by a signer whom banana.json's trust policy, banana.lock or `signer` names, or by anybody when `anySigner` says so. npm itself checks no signature.
 * @param project the app's folder; node_modules is looked for there and in the folders above, as Node does
 * @param name `name` or `@scope/name`
 * @throws BananaError FILE_MISSING, SIGNER_NOT_TRUSTED, SIGNER_CHANGED, PEEL_INVALID; of `verifyPeel`; of the project's
 *   files
 */
export async function openPackagedPeel(
  project: string,
  name: string,
  { signer, anySigner = false }: PackagedPeelOptions = {},
  disk: Disk = nodeDisk,
): Promise<VerifiedPeel> {
  const full = parsePeelRequest(name).name;
  const from = resolve(project);
  const folder = await packageFolder(from, full, disk);
  if (folder === undefined)
    throw new BananaError(
      "FILE_MISSING",
      `expected ${full} in node_modules of ${from} or above, found none`,
      {
        where: join(from, "node_modules", full),
        hint: `Install it: banana-peel add ${full}, or npm install ${full}`,
      },
    );
  const { manifest, lock } = await openProject(project, disk);
  const peel = await verifyPeel({ ...folderSource(folder), label: `${full} in node_modules` });
  if (peel.manifest.name !== full)
    throw new BananaError("PEEL_INVALID", `expected ${full}, found ${peel.manifest.name}`, {
      where: folder,
      hint: `Install it again: npm install ${full}`,
    });
  const found = peel.signer.fingerprint;
  const pinned = Object.hasOwn(lock.peels, full) ? lock.peels[full]?.signer : undefined;
  const { basis } = checkTrust({ name: full, signer: found, policy: manifest.trust, pinned, accept: signer });
  if (basis === "first-contact" && !anySigner)
    throw new BananaError(
      "SIGNER_NOT_TRUSTED",
      `expected to be told who signs ${full}, found no signer, no trust policy and no lock; it is signed by ${found}`,
      {
        where: folder,
        hint: `If that is the fingerprint that its author published, pass it as \`signer\`, or: banana-peel trust add ${full} ${found}`,
      },
    );
  return peel;
}

/** The folder of a package in node_modules of a folder or of those above it, as Node looks for it. */
export async function packageFolder(from: string, name: string, disk: Disk): Promise<string | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, "node_modules", ...name.split("/"));
    if (await exists(disk, join(path, FILES.manifest))) return path;
    if (folder === dirname(folder)) return undefined;
  }
}

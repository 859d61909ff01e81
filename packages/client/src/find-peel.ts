import { BananaError, isPeelName, type PeelSource, parsePeelRequest } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import {
  type UnsafePeel,
  unsafeUnverifiedPeel,
  type VerifiedPeel,
  verifyPeel,
} from "@banana-peel/signer/verify";
import { nodeDisk } from "./disk/disk.js";
import { exists } from "./disk/remove.js";
import { openInstalledPeel } from "./installed-peel.js";
import { openSource } from "./open-source.js";
import { peelFolder } from "./project/read-project.js";
import { isSigned } from "./sign-source.js";

/**
 * The peel that a person means: a folder, a tarball, or the name of a peel that is installed in the project.
 * @throws BananaError FILE_MISSING, and of `openSource`
 */
export async function findPeel(target: string, project: string): Promise<PeelSource> {
  if ((await exists(nodeDisk, target)) || !isBareName(target)) return openSource(target);
  const { name } = parsePeelRequest(target);
  const folder = peelFolder(project, name);
  if (isPeelName(name) && (await exists(nodeDisk, folder))) return { ...folderSource(folder), label: name };
  throw new BananaError(
    "FILE_MISSING",
    `expected a folder, a tarball or an installed peel, found no ${target}`,
    { where: target, hint: `Check the path, or add the peel: banana-peel add ${name}` },
  );
}

/**
 * Opens that peel for the runtime: an installed one as its project trusts it, a signed folder or tarball verified,
 * and one without a signature, which is still its author's, by the runtime's opt-out.
 * @throws BananaError of `findPeel`, `openInstalledPeel` and `verifyPeel`
 */
export async function openPeelAt(target: string, project: string): Promise<VerifiedPeel | UnsafePeel> {
  const source = await findPeel(target, project);
  if (!(await exists(nodeDisk, target)) && isBareName(target)) return openInstalledPeel(project, target);
  return (await isSigned(source)) ? verifyPeel(source) : unsafeUnverifiedPeel(source);
}

/** True for what could be a name: not a path, and not a tarball. */
function isBareName(target: string): boolean {
  return /^(@[^/]+\/)?[^/@]+$/.test(target) && !target.endsWith(".tgz");
}

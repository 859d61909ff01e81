import { resolve } from "node:path";
import {
  BananaError,
  isBananaError,
  isPeelName,
  type PeelSource,
  parsePeelRequest,
} from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { nearest } from "@banana-peel/resolver";
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
import { openPackagedPeel, packageFolder } from "./packaged-peel.js";
import { projectNames } from "./project/known-names.js";
import { peelFolder } from "./project/read-project.js";
import { openProject } from "./project/with-project.js";
import { isSigned } from "./sign-source.js";

/**
 * The peel that a person means: a folder, a tarball, or the name of a peel that is installed in the project, in peels/
 * or else in node_modules.
 * @throws BananaError FILE_MISSING, and of `openSource`
 */
export async function findPeel(target: string, project: string): Promise<PeelSource> {
  if ((await exists(nodeDisk, target)) || !isBareName(target)) return openSource(target);
  const { name } = parsePeelRequest(target);
  if (isPeelName(name)) {
    const linked = peelFolder(project, name);
    const folder = (await exists(nodeDisk, linked))
      ? linked
      : await packageFolder(resolve(project), name, nodeDisk);
    if (folder !== undefined) return { ...folderSource(folder), label: name };
  }
  throw await noPeel(target, name, project);
}

/**
 * Opens that peel for the runtime: an installed one as its project trusts it, from peels/ or else from node_modules,
 * a signed folder or tarball verified, and one without a signature, which is still its author's, by the runtime's
 * opt-out.
 * @throws BananaError FILE_MISSING; of `openSource`, `openInstalledPeel`, `openPackagedPeel` and `verifyPeel`
 */
export async function openPeelAt(target: string, project: string): Promise<VerifiedPeel | UnsafePeel> {
  if (isBareName(target) && !(await exists(nodeDisk, target))) return openNamed(target, project);
  const source = await openSource(target);
  return (await isSigned(source)) ? verifyPeel(source) : unsafeUnverifiedPeel(source);
}

async function openNamed(target: string, project: string): Promise<VerifiedPeel> {
  const { name } = parsePeelRequest(target);
  if (await exists(nodeDisk, peelFolder(project, name))) return openInstalledPeel(project, name);
  try {
    return await openPackagedPeel(project, name);
  } catch (error) {
    if (!isBananaError(error) || error.code !== "FILE_MISSING") throw error;
    throw await noPeel(target, name, project);
  }
}

/** FILE_MISSING, with the nearest of the project's names. */
async function noPeel(target: string, name: string, project: string): Promise<BananaError> {
  const known = await openProject(project, nodeDisk).then(projectNames, () => []);
  const near = nearest(name, known);
  return new BananaError(
    "FILE_MISSING",
    `expected a folder, a tarball or an installed peel, found no ${target}`,
    {
      where: target,
      hint:
        near.length > 0
          ? `Did you mean ${near.join(" or ")}?`
          : `Check the path, or add the peel: banana-peel add ${name}`,
    },
  );
}

/** True for what could be a name: not a path, and not a tarball. */
function isBareName(target: string): boolean {
  return /^(@[^/]+\/)?[^/@]+$/.test(target) && !target.endsWith(".tgz");
}

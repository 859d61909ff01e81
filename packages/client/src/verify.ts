import { BananaError, isPeelName, type PeelSource, parsePeelRequest } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { checkTrust, type TrustDecision, verifyPeel } from "@banana-peel/signer/verify";
import { nodeDisk } from "./disk/disk.js";
import { exists } from "./disk/remove.js";
import { openSource } from "./open-source.js";
import { peelFolder } from "./project/read-project.js";
import { openProject } from "./project/with-project.js";

/** What verifying a peel found; a peel that doesn't verify is an error instead. */
export interface VerifyReport {
  readonly name: string;
  readonly version: string;
  readonly signer: string;
  /** Why the project trusts the signer. */
  readonly basis: TrustDecision["basis"];
  /** SHA-256 of the signed statement's subject. */
  readonly root: string;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
}

/**
 * Verifies a peel's signature over all of its files, and whether the project would trust its signer.
 * @param target folder, tarball, or the name of a peel that is installed in the project
 * @throws BananaError FILE_MISSING; of `verifyPeel`; SIGNER_NOT_TRUSTED, SIGNER_CHANGED; of the project's files
 */
export async function verifyPath(target: string, projectFolder: string): Promise<VerifyReport> {
  const project = await openProject(projectFolder, nodeDisk);
  const { manifest, signer, root, files } = await verifyPeel(await find(target, project.folder));
  const { name, version } = manifest;
  const { basis } = checkTrust({
    name,
    signer: signer.fingerprint,
    policy: project.manifest.trust,
    pinned: project.lock.peels[name]?.signer,
  });
  return {
    name,
    version,
    signer: signer.fingerprint,
    basis,
    root,
    files: [...files].map(([path, { bytes, sha256 }]) => ({ path, bytes, sha256 })),
  };
}

async function find(target: string, project: string): Promise<PeelSource> {
  if (await exists(nodeDisk, target)) return openSource(target);
  if (!/^(@[^/]+\/)?[^/@]+$/.test(target) || target.endsWith(".tgz")) return openSource(target);
  const { name } = parsePeelRequest(target);
  const folder = peelFolder(project, name);
  if (isPeelName(name) && (await exists(nodeDisk, folder))) return { ...folderSource(folder), label: name };
  throw new BananaError(
    "FILE_MISSING",
    `expected a folder, a tarball or an installed peel, found no ${target}`,
    {
      where: target,
      hint: `Check the path, or add the peel: banana-peel add ${name}`,
    },
  );
}

import { BananaError, FILES } from "@banana-peel/format";
import { checkTrust, type TrustDecision, verifyPeel } from "@banana-peel/signer/verify";
import { nodeDisk } from "./disk/disk.js";
import { findPeel } from "./find-peel.js";
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
  const source = await findPeel(target, project.folder);
  if (!(await source.list()).includes(FILES.manifest)) throw noPeel(source.label);
  const { manifest, signer, root, files } = await verifyPeel(source);
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

function noPeel(label: string): BananaError {
  return new BananaError("FILE_MISSING", `expected a peel, found no ${FILES.manifest} in ${label}`, {
    where: label,
    hint: "Give the peel's own folder, its tarball, or the name of one that is installed.",
  });
}

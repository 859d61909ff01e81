import { folderSource } from "@banana-peel/format/node";
import { verifyPeel } from "@banana-peel/signer/verify";
import { type Project, peelFolder } from "./project/read-project.js";

/** True when a peel's folder holds the version and the signer that are locked, whole and unchanged. */
export async function isInstalled(project: Project, name: string): Promise<boolean> {
  const locked = project.lock.peels[name];
  if (locked === undefined) return false;
  try {
    const peel = await verifyPeel(folderSource(peelFolder(project.folder, name)));
    return (
      peel.manifest.name === name &&
      peel.manifest.version === locked.version &&
      peel.signer.fingerprint === locked.signer
    );
  } catch {
    return false;
  }
}

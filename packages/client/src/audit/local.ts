import { isDeepStrictEqual } from "node:util";
import { isBananaError, type Lockfile } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { checkTrust, verifyPeel } from "@banana-peel/signer/verify";
import type { Disk } from "../disk/disk.js";
import { exists } from "../disk/remove.js";
import { type Project, peelFolder } from "../project/read-project.js";
import { type AuditFinding, finding } from "./finding.js";

/** What can be seen of one locked peel without asking anybody: its signer against the policy, and its files. */
export async function auditLocal(
  name: string,
  entry: Lockfile["peels"][string],
  project: Project,
  disk: Disk,
): Promise<AuditFinding[]> {
  return [...auditTrust(name, entry, project), ...(await auditFiles(name, entry, project, disk))];
}

function auditTrust(name: string, entry: Lockfile["peels"][string], project: Project): AuditFinding[] {
  try {
    checkTrust({ name, signer: entry.signer, policy: project.manifest.trust, pinned: entry.signer });
    return [];
  } catch (error) {
    if (!isBananaError(error)) throw error;
    const hint = error.hint ?? "Remove the peel, or change the policy with banana-peel trust.";
    return [finding("untrusted", { name, version: entry.version }, { message: error.message, hint })];
  }
}

async function auditFiles(
  name: string,
  entry: Lockfile["peels"][string],
  project: Project,
  disk: Disk,
): Promise<AuditFinding[]> {
  const of = { name, version: entry.version };
  const folder = peelFolder(project.folder, name);
  if (!(await exists(disk, folder)))
    return [finding("missing", of, { message: "it is not installed", hint: "Run banana-peel install." })];
  const again = `Run banana-peel install, which puts ${name}@${entry.version} in place again.`;
  try {
    const { manifest, signer } = await verifyPeel(folderSource(folder));
    if (signer.fingerprint !== entry.signer)
      return [
        finding("signer", of, {
          message: `expected the signer ${entry.signer}, the installed peel was signed by ${signer.fingerprint}`,
          hint: again,
        }),
      ];
    if (manifest.name !== name || manifest.version !== entry.version)
      return [
        finding("changed", of, {
          message: `expected ${name}@${entry.version}, found ${manifest.name}@${manifest.version} in its folder`,
          hint: again,
        }),
      ];
    if (!isDeepStrictEqual(manifest.dependencies ?? {}, entry.dependencies ?? {}))
      return [
        finding("changed", of, {
          message: "the dependencies in banana.lock are not those of the signed manifest",
          hint: `Remove the entry of ${name} from banana.lock, and run banana-peel install.`,
        }),
      ];
    return [];
  } catch (error) {
    if (!isBananaError(error)) throw error;
    return [finding("unverifiable", of, { message: `${error.code}: ${error.message}`, hint: again })];
  }
}

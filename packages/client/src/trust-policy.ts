import { BananaError, isPeelName, type ProjectManifest, parsePeelRequest } from "@banana-peel/format";
import { type Disk, nodeDisk } from "./disk/disk.js";
import { readFingerprint } from "./options.js";
import { type OpenedProject, openProject, withProject } from "./project/with-project.js";
import { projectText } from "./project/write-json.js";

/** The trust policy of a project: fingerprints by `@scope/name` or `@scope/*`. */
export type TrustPolicy = NonNullable<ProjectManifest["trust"]>;

interface PolicyOptions {
  /** Folder of the project. */
  project: string;
  disk?: Disk | undefined;
  /** Ends the wait for another command in the project. */
  signal?: AbortSignal | undefined;
}

/** The trust policy in banana.json. */
export async function trustPolicy({ project, disk = nodeDisk }: PolicyOptions): Promise<TrustPolicy> {
  return (await openProject(project, disk)).manifest.trust ?? {};
}

/**
 * Accepts a signer for a name or a scope. From then on the policy decides for them, and nobody else may sign.
 * Specification: docs/specification/signing.md, Trust.
 * @param options.rule `name`, `@scope/name` or `@scope/*`
 * @returns the whole policy
 * @throws BananaError NAME_INVALID, USAGE; of `withProject`
 */
export async function addTrust(
  options: PolicyOptions & { rule: string; signer: string },
): Promise<TrustPolicy> {
  const rule = readRule(options.rule);
  const signer = readFingerprint(options.signer, "the fingerprint");
  return changePolicy(options, (policy) => ({
    ...policy,
    [rule]: [...new Set([...(policy[rule] ?? []), signer])],
  }));
}

/**
 * Takes one signer, or without one all of them, out of a rule; a rule without signers goes.
 * @returns the whole policy
 * @throws BananaError NAME_INVALID; USAGE when the policy has no such rule or signer; of `withProject`
 */
export async function removeTrust(
  options: PolicyOptions & { rule: string; signer?: string | undefined },
): Promise<TrustPolicy> {
  const rule = readRule(options.rule);
  const signer =
    options.signer === undefined ? undefined : readFingerprint(options.signer, "the fingerprint");
  return changePolicy(options, ({ [rule]: signers, ...others }) => {
    if (signers === undefined || (signer !== undefined && !signers.includes(signer)))
      throw new BananaError("USAGE", `expected ${signer ?? "a rule"} in the policy of ${rule}, found none`, {
        where: `banana.json:/trust/${rule}`,
        hint: "banana-peel trust list shows the policy.",
      });
    const left = signer === undefined ? [] : signers.filter((item) => item !== signer);
    return left.length === 0 ? others : { ...others, [rule]: left };
  });
}

async function changePolicy(
  { project: folder, disk = nodeDisk, signal }: PolicyOptions,
  change: (policy: TrustPolicy) => TrustPolicy,
): Promise<TrustPolicy> {
  const work = async (project: OpenedProject): Promise<TrustPolicy> => {
    const { trust: before, ...manifest } = project.manifest;
    const trust = change(before ?? {});
    const empty = Object.keys(trust).length === 0;
    await project.commit({
      peels: new Map(),
      removed: [],
      manifest: projectText(empty ? manifest : { ...manifest, trust }),
      lock: undefined,
    });
    return trust;
  };
  return withProject(folder, disk, work, { signal });
}

function readRule(text: string): string {
  if (text.endsWith("/*") && isPeelName(`${text.slice(0, -1)}any`)) return text;
  const { name, range } = parsePeelRequest(text);
  if (range === undefined) return name;
  throw new BananaError("USAGE", `expected @scope/name or @scope/*, found ${JSON.stringify(text)}`, {
    where: text,
    hint: "Trust is for all versions of a name: leave the version out.",
  });
}

import { PROJECT_MANIFEST } from "@banana-peel/format";
import { checkTrust, type TrustDecision } from "@banana-peel/signer/verify";
import { type Disk, nodeDisk } from "./disk/disk.js";
import { type NeedPath, neededBy, pathsTo } from "./lock-graph.js";
import { knownNames } from "./project/known-names.js";
import { openProject } from "./project/with-project.js";

/** Why a peel is in a project, and why in this version. */
export interface WhyReport {
  readonly name: string;
  /** The request in banana.json; undefined when nothing asks for the peel any more. */
  readonly request: { readonly where: string; readonly range: string } | undefined;
  /** The locked peels that need it, and the range that each asks for. */
  readonly neededBy: readonly { readonly name: string; readonly version: string; readonly range: string }[];
  /** The range of banana.json's overrides that holds in place of those. */
  readonly override: string | undefined;
  /** Every way from banana.json to it, shortest first: names, each with the range that the one before asks for. */
  readonly paths: readonly NeedPath[];
  /** What banana.lock has; undefined when it isn't locked yet. */
  readonly locked:
    | {
        readonly version: string;
        readonly registry: string;
        readonly integrity: string;
        readonly signer: string;
        /** Why the project trusts the signer. */
        readonly trust: TrustDecision;
        /** The adapter for each base of the project that it serves. */
        readonly bases: readonly {
          readonly file: string;
          readonly family: string;
          readonly version: string;
          readonly digest: string;
          /** The base's folder, as banana.json names it; undefined when the base is gone. */
          readonly path: string | undefined;
        }[];
      }
    | undefined;
}

/**
 * Says which requests, and which other peels, bring a peel into a project, in which version, by whom, and for which base.
 * @throws BananaError PEEL_NOT_ADDED; SIGNER_NOT_TRUSTED when the policy has changed since; of the project's files
 */
export async function whyPeel(options: {
  project: string;
  name: string;
  disk?: Disk | undefined;
}): Promise<WhyReport> {
  const project = await openProject(options.project, options.disk ?? nodeDisk);
  const [name] = knownNames([options.name], project) as [string];
  const range = project.manifest.peels?.[name];
  const request = range === undefined ? undefined : { where: `${PROJECT_MANIFEST}:/peels/${name}`, range };
  const common = {
    name,
    request,
    neededBy: neededBy(name, project.lock),
    override: project.manifest.overrides?.[name],
    paths: pathsTo(name, project.manifest.peels ?? {}, project.lock),
  };
  const entry = project.lock.peels[name];
  if (entry === undefined) return { ...common, locked: undefined };
  const { version, registry, integrity, signer } = entry;
  const trust = checkTrust({ name, signer, policy: project.manifest.trust, pinned: signer });
  const bases = entry.adapters.map(({ file, family, version, digest }) => {
    const at = project.bases.findIndex((base) => base.digest === digest);
    return { file, family, version, digest, path: project.manifest.bases?.[at] };
  });
  return { ...common, locked: { version, registry, integrity, signer, trust, bases } };
}

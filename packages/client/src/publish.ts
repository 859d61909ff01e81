import { BananaError, FILES, isBananaError, LIMITS, type PeelSource } from "@banana-peel/format";
import type { SigningKey } from "@banana-peel/signer";
import { verifyPeel } from "@banana-peel/signer/verify";
import type { Problem } from "@banana-peel/validator";
import { requireValid } from "./check-peel.js";
import { type Disk, nodeDisk } from "./disk/disk.js";
import type { OnProgress } from "./progress.js";
import { projectBases } from "./project/project-bases.js";
import { loadRegistryConfig, type RegistryConfig } from "./registry/npm-config.js";
import { publishBody } from "./registry/publish-body.js";
import { type Requester, request } from "./registry/request.js";
import { cancelled } from "./registry/request-error.js";
import { type SendOptions, send } from "./registry/send.js";
import { offeredUpload, uploadTarball } from "./registry/upload.js";
import { signSource } from "./sign-source.js";
import { type PackPlan, planPack } from "./tarball/pack.js";
import { rememberDigests } from "./tarball/remember-digests.js";
import { digestsOf, type TarballDigests } from "./tarball/tarball-digests.js";

/** What to publish, and where. */
export interface PublishOptions {
  /** The peel, signed unless there is a key; of a tarball, what `unpackTarball` makes of it. */
  source: PeelSource;
  /** Signs the peel anew; nothing is written to its folder. */
  key?: SigningKey | undefined;
  /** Folder whose .npmrc counts, and whose project's bases the peel is checked against. */
  project: string;
  registry?: string | undefined;
  /** dist-tag; the default is `latest`, for a prerelease `next`. */
  tag?: string | undefined;
  /** True: everything but the request itself. */
  dryRun?: boolean | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: OnProgress | undefined;
  disk?: Disk | undefined;
  env?: NodeJS.ProcessEnv | undefined;
  request?: Requester | undefined;
}

/** What was published. */
export interface PublishReport {
  readonly name: string;
  readonly version: string;
  readonly tag: string;
  readonly registry: string;
  /** Bytes of the tarball. */
  readonly bytes: number;
  readonly integrity: string;
  /** Fingerprint of the key that signed. */
  readonly signer: string;
  readonly dryRun: boolean;
  /** What the validator found that doesn't forbid publishing. */
  readonly warnings: readonly Problem[];
  readonly milliseconds: number;
}

/**
 * Publishes a signed peel: by our own protocol where the registry offers it, else by npm's. Nothing is sent unless the
 * peel is valid, also against the bases of the project that it is published from, and its signature verifies. The
 * tarball is made while it is sent, in constant memory.
 * @throws BananaError SIGNATURE_MISSING and of `verifyPeel`; PEEL_INVALID, SHAPE_MISMATCH, TARGET_UNKNOWN; of
 *   `planPack`; of the project's files; REGISTRY_REFUSED with the gate's problems in `details.problems`;
 *   REGISTRY_UNREACHABLE; CANCELLED
 */
export async function publishPeel(options: PublishOptions): Promise<PublishReport> {
  const started = performance.now();
  const { key, project, signal, onProgress, env } = options;
  const config = await loadRegistryConfig({
    cwd: project,
    registry: options.registry,
    ...(env ? { env } : {}),
  });
  const given = rememberDigests(options.source);
  const source = key === undefined ? given : await signSource(given, key);
  const { signer, manifest } = await verifyPeel(source);
  const bases = await projectBases(project, options.disk ?? nodeDisk);
  const warnings = (await requireValid(source, bases)).filter(({ severity }) => severity === "warning");
  const plan = await planPack(source);
  if (signal?.aborted) throw cancelled(signal.reason);
  const { name, version } = manifest;
  const registry = config.registryFor(name);
  const tag = options.tag ?? (version.includes("-") ? "next" : "latest");
  const sending: SendOptions = {
    config,
    request: options.request ?? request,
    signal,
    onBytes: (received, total) => onProgress?.({ kind: "upload", name, version, received, total }),
  };
  const offer = options.dryRun ? undefined : await offeredUpload(registry, sending);
  let integrity: string;
  if (offer !== undefined) {
    const { maxBytes, digestAtEnd } = offer;
    integrity = await uploadTarball(fitting(plan, maxBytes), { registry, tag, digestAtEnd }, sending);
  } else {
    const digests = await digestsOf(plan);
    integrity = digests.integrity;
    if (!options.dryRun) await publishAsNpm(plan, source, { registry, tag, ...digests }, config, sending);
  }
  return {
    name,
    version,
    tag,
    registry,
    bytes: plan.bytes,
    integrity,
    signer: signer.fingerprint,
    dryRun: options.dryRun ?? false,
    warnings,
    milliseconds: performance.now() - started,
  };
}

async function publishAsNpm(
  plan: PackPlan,
  source: PeelSource,
  what: TarballDigests & { registry: string; tag: string },
  config: RegistryConfig,
  sending: SendOptions,
): Promise<void> {
  const readme = (await source.list()).includes(FILES.readme)
    ? Buffer.from(await source.read(FILES.readme, LIMITS.textBytes)).toString("utf8")
    : undefined;
  const access = typeof config.options.access === "string" ? config.options.access : null;
  const { pieces, length } = publishBody({ ...what, plan, readme, access });
  const url = what.registry + plan.manifest.name.replace("/", "%2f");
  await send(url, { "content-type": "application/json" }, pieces, length, sending).catch((error: unknown) => {
    throw plan.bytes > NPM_BYTES ? tooLargeForNpm(error, plan) : error;
  });
}

/**
 * What a registry in JavaScript can take by npm's protocol: it reads the document as one string, which V8 makes at most
 * 536,870,888 characters long, and the tarball in it is in base64.
 */
const NPM_BYTES = 384 * 1024 ** 2;

/** A refusal of a large tarball, with what most likely is its reason. */
function tooLargeForNpm(error: unknown, { bytes, filename }: PackPlan): unknown {
  if (!isBananaError(error) || !["REGISTRY_REFUSED", "REGISTRY_UNREACHABLE"].includes(error.code))
    return error;
  const status = error.details?.status;
  if (status === 401 || status === 403 || status === 409 || status === 422) return error;
  return new BananaError(
    "FILE_TOO_LARGE",
    `expected at most ${NPM_BYTES} bytes, as most registries take by npm's protocol, found ${bytes}; ${error.message}`,
    {
      where: filename,
      hint: "Publish to a registry that takes tarballs as they are, such as banana-peel registry start: docs/specification/registry.md.",
      details: { ...error.details },
      cause: error,
    },
  );
}

function fitting(plan: PackPlan, maxBytes: number): PackPlan {
  if (plan.bytes <= maxBytes) return plan;
  throw new BananaError(
    "FILE_TOO_LARGE",
    `expected at most ${maxBytes} bytes, as the registry takes, found ${plan.bytes}`,
    { where: plan.filename, hint: "Make the peel smaller, or ask the registry's operator." },
  );
}

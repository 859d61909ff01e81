import { FILES, LIMITS, type PeelSource } from "@banana-peel/format";
import type { SigningKey } from "@banana-peel/signer";
import { verifyPeel } from "@banana-peel/signer/verify";
import type { Problem } from "@banana-peel/validator";
import { requireValid } from "./check-peel.js";
import { loadRegistryConfig } from "./registry/npm-config.js";
import { publishBody } from "./registry/publish-body.js";
import { type Requester, request } from "./registry/request.js";
import { signSource } from "./sign-source.js";
import { packPeel } from "./tarball/pack.js";

/** What to publish, and where. */
export interface PublishOptions {
  /** The peel, signed unless there is a key; of a tarball, what `unpackTarball` makes of it. */
  source: PeelSource;
  /** Signs the peel anew; nothing is written to its folder. */
  key?: SigningKey | undefined;
  /** Folder whose .npmrc counts. */
  project: string;
  registry?: string | undefined;
  /** dist-tag; the default is `latest`, for a prerelease `next`. */
  tag?: string | undefined;
  /** True: everything but the request itself. */
  dryRun?: boolean | undefined;
  signal?: AbortSignal | undefined;
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
  readonly shasum: string;
  /** Fingerprint of the key that signed. */
  readonly signer: string;
  readonly dryRun: boolean;
  /** What the validator found that doesn't forbid publishing. */
  readonly warnings: readonly Problem[];
  readonly milliseconds: number;
}

/**
 * Publishes a signed peel by npm's protocol. Nothing is sent unless the peel is valid and its signature verifies.
 * @throws BananaError SIGNATURE_MISSING and of `verifyPeel`; PEEL_INVALID; of `packPeel`; REGISTRY_REFUSED with the
 *   gate's problems in `details.problems`; REGISTRY_UNREACHABLE; CANCELLED
 */
export async function publishPeel(options: PublishOptions): Promise<PublishReport> {
  const started = performance.now();
  const source = options.key === undefined ? options.source : await signSource(options.source, options.key);
  const { signer } = await verifyPeel(source);
  const warnings = (await requireValid(source)).filter(({ severity }) => severity === "warning");
  const packed = await packPeel(source);
  const { name, version } = packed.manifest;
  const config = await loadRegistryConfig({
    cwd: options.project,
    registry: options.registry,
    ...(options.env ? { env: options.env } : {}),
  });
  const registry = config.registryFor(name);
  const tag = options.tag ?? (version.includes("-") ? "next" : "latest");
  if (!options.dryRun) {
    const readme = (await source.list()).includes(FILES.readme)
      ? Buffer.from(await source.read(FILES.readme, LIMITS.textBytes)).toString("utf8")
      : undefined;
    const { stream, length } = publishBody({
      packed,
      registry,
      tag,
      readme,
      access: typeof config.options.access === "string" ? config.options.access : null,
    });
    const url = registry + name.replace("/", "%2f");
    const answer = await (options.request ?? request)(url, config, {
      method: "PUT",
      headers: { "content-type": "application/json", "content-length": String(length) },
      body: stream,
      signal: options.signal,
    });
    for await (const _chunk of answer.body);
  }
  return {
    name,
    version,
    tag,
    registry,
    bytes: packed.tarball.length,
    integrity: packed.integrity,
    shasum: packed.shasum,
    signer: signer.fingerprint,
    dryRun: options.dryRun ?? false,
    warnings,
    milliseconds: performance.now() - started,
  };
}

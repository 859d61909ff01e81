import { createHash } from "node:crypto";
import type { PackPlan } from "../tarball/pack.js";
import { digestsOf } from "../tarball/tarball-digests.js";
import { cancelled } from "./request-error.js";
import { type SendOptions, send, textOf } from "./send.js";

/** Milliseconds in which a registry says what it offers; one that doesn't is spoken to as npm does. */
const ABOUT_MS = 5_000;

/** How a registry takes tarballs by our own protocol. */
export interface UploadOffer {
  /** Bytes of a tarball that it takes at most. */
  readonly maxBytes: number;
  /** True when the digest may come behind the tarball. */
  readonly digestAtEnd: boolean;
}

/**
 * Whether a registry takes tarballs by our own protocol, as they are: docs/specification/registry.md. Any other answer
 * than its own means no.
 */
export async function offeredUpload(
  registry: string,
  options: SendOptions,
): Promise<UploadOffer | undefined> {
  const url = `${registry}-/banana-peel`;
  const limit = AbortSignal.timeout(ABOUT_MS);
  const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  try {
    const config = { ...options.config, options: { ...options.config.options, retry: { retries: 0 } } };
    const answer = await options.request(url, config, { headers: { accept: "application/json" }, signal });
    const said = JSON.parse(await textOf(answer, url, signal)) as {
      protocol?: unknown;
      publish?: { maxBytes?: unknown; digestAtEnd?: unknown };
    } | null;
    const { maxBytes, digestAtEnd } = said?.publish ?? {};
    return said?.protocol === 1 && typeof maxBytes === "number"
      ? { maxBytes, digestAtEnd: digestAtEnd === true }
      : undefined;
  } catch {
    if (options.signal?.aborted) throw cancelled(options.signal.reason);
    return undefined;
  }
}

/** Bytes of a SHA-512. */
const SHA512_BYTES = 64;

/**
 * Sends a tarball as it is, made on the way; where the registry lets it, it is digested on the way too.
 * @returns the tarball's integrity, which the registry found as well
 * @throws BananaError as `send`
 */
export async function uploadTarball(
  plan: PackPlan,
  { registry, tag, digestAtEnd }: { registry: string; tag: string; digestAtEnd: boolean },
  options: SendOptions,
): Promise<string> {
  const { name, version } = plan.manifest;
  const place = `${name.replace("/", "%2f")}/${encodeURIComponent(version)}`;
  const url = `${registry}-/banana-peel/peels/${place}?tag=${encodeURIComponent(tag)}`;
  const headers = (integrity: string) => ({
    "content-type": "application/octet-stream",
    "banana-peel-integrity": integrity,
  });
  if (!digestAtEnd) {
    const { integrity } = await digestsOf(plan);
    await send(url, headers(integrity), () => plan.chunks(), plan.bytes, options);
    return integrity;
  }
  let digest = Buffer.of();
  const withDigest = async function* () {
    const hash = createHash("sha512");
    for await (const piece of plan.chunks()) {
      hash.update(piece);
      yield piece;
    }
    digest = hash.digest();
    yield digest;
  };
  await send(url, headers("at-end"), withDigest, plan.bytes + SHA512_BYTES, options);
  return `sha512-${digest.toString("base64")}`;
}

import { createHash } from "node:crypto";
import { BananaError, LIMITS } from "@banana-peel/format";
import { IDLE_MS } from "./catalogue.js";
import type { RegistryConfig } from "./npm-config.js";
import { readBody } from "./read-body.js";
import { type Requester, request, withoutSecrets } from "./request.js";

/** What is downloaded and what it must be. */
export interface DownloadOptions {
  /** Address of the tarball. */
  url: string;
  /** `sha512-` and base64. */
  integrity: string;
  config: RegistryConfig;
  signal?: AbortSignal | undefined;
  /** Told after each chunk; `total` is undefined when the registry doesn't say. */
  onBytes?: ((received: number, total: number | undefined) => void) | undefined;
  request?: Requester | undefined;
  /** Milliseconds without a byte after which the download fails. */
  idleMs?: number | undefined;
}

/** Bytes of a tarball: the peel's files, and headers and padding of at most 1.5 KiB each. */
const TARBALL_BYTES = LIMITS.peelBytes + LIMITS.files * 1536 + 1024 ** 2;

/**
 * The bytes of a tarball, hashed on their way. They are the promised ones only when the generator has ended without
 * an error: until then nothing that is made of them may be seen.
 * @throws BananaError REGISTRY_UNREACHABLE, REGISTRY_REFUSED, REGISTRY_INVALID, DOWNLOAD_FAILED, INTEGRITY_MISMATCH,
 *   CANCELLED
 */
export async function* downloadTarball(
  options: DownloadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { url, integrity, config, signal } = options;
  const answer = await (options.request ?? request)(url, config, {
    headers: { accept: "application/octet-stream, */*" },
    signal,
  });
  const length =
    answer.header("content-encoding") === undefined ? answer.header("content-length") : undefined;
  const total = length === undefined ? undefined : Number(length);
  const hash = createHash("sha512");
  let received = 0;
  const limits = { maxBytes: TARBALL_BYTES, idleMs: options.idleMs ?? IDLE_MS };
  for await (const chunk of readBody(answer, url, limits, signal)) {
    hash.update(chunk);
    received += chunk.length;
    options.onBytes?.(received, total);
    yield chunk;
  }
  const found = `sha512-${hash.digest("base64")}`;
  if (found !== integrity)
    throw new BananaError("INTEGRITY_MISMATCH", `expected ${integrity}, found ${found} (${received} bytes)`, {
      where: withoutSecrets(url),
      hint: "Don't use it. Try again; if it stays, tell the registry's operator and the peel's author.",
      details: { expected: integrity, found, bytes: received },
    });
}

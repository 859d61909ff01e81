import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { BananaError, isBananaError, LIMITS } from "@banana-peel/format";
import type { Retry } from "../http/retry.js";
import { withoutSecrets } from "../http/without-secrets.js";
import type { PartialDownload } from "../store/partial.js";
import type { RegistryConfig } from "./npm-config.js";
import { IDLE_MS, readBody } from "./read-body.js";
import { type Answer, type Requester, request } from "./request.js";
import { cancelled } from "./request-error.js";

/** What is downloaded and what it must be. */
export interface DownloadOptions {
  /** Address of the tarball. */
  url: string;
  /** Address of the registry that named it. */
  registry?: string | undefined;
  /** `sha512-` and base64. */
  integrity: string;
  config: RegistryConfig;
  signal?: AbortSignal | undefined;
  /** Told after each chunk; `total` is undefined when the registry doesn't say. */
  onBytes?: ((received: number, total: number | undefined) => void) | undefined;
  /** What an earlier try left, and where this one leaves its bytes when it breaks off. */
  partial?: PartialDownload | undefined;
  request?: Requester | undefined;
  /** Milliseconds without a byte after which the download fails. */
  idleMs?: number | undefined;
}

/** Bytes of a tarball: the peel's files, and headers and padding of at most 1.5 KiB each. */
const TARBALL_BYTES = LIMITS.peelBytes + LIMITS.files * 1536 + 1024 ** 2;
/** Bytes that make a try one that got on: only tries without them are counted, so that a slow end isn't endless. */
const PROGRESS_BYTES = 1024 * 1024;

/**
 * The bytes of a tarball, hashed on their way. A connection that breaks is taken up where it broke off, as often as
 * npm's `fetch-retries` says, by a range where the server offers them. The bytes are the promised ones only when the
 * generator has ended without an error: until then nothing that is made of them may be seen.
 * @throws BananaError REGISTRY_UNREACHABLE, REGISTRY_REFUSED, REGISTRY_INVALID, DOWNLOAD_FAILED, CANCELLED,
 *   INTEGRITY_MISMATCH (`details.resumed` when bytes of an earlier try are among them)
 */
export async function* downloadTarball(
  options: DownloadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { integrity, partial } = options;
  const resumed = partial !== undefined && partial.bytes > 0;
  const hash = createHash("sha512");
  let received = 0;
  let outcome: "whole" | "broken" | "wrong" = "wrong";
  try {
    if (resumed)
      for await (const piece of partial.read()) {
        hash.update(piece);
        received += piece.length;
        yield piece;
      }
    for await (const { chunk, total } of persistently(options, () => received)) {
      hash.update(chunk);
      received += chunk.length;
      partial?.append(chunk, total);
      options.onBytes?.(received, total);
      yield chunk;
    }
    const found = `sha512-${hash.digest("base64")}`;
    if (found !== integrity) throw mismatch(options, found, received, resumed);
    outcome = "whole";
  } catch (error) {
    if (isBroken(error) || (isBananaError(error) && error.code === "CANCELLED")) outcome = "broken";
    throw error;
  } finally {
    if (outcome === "broken") await partial?.keep();
    else await partial?.discard();
  }
}

/** The bytes from `received` on; asks again where the connection breaks. */
async function* persistently(
  options: DownloadOptions,
  received: () => number,
): AsyncGenerator<{ chunk: Uint8Array; total: number | undefined }, void, undefined> {
  const { retries, minTimeout, maxTimeout } = options.config.options.retry as Retry;
  let before = received();
  for (let failures = 0; ; ) {
    try {
      yield* rest(options, received());
      return;
    } catch (error) {
      failures = received() - before >= PROGRESS_BYTES ? 1 : failures + 1;
      before = received();
      // A refused or failed request was tried again already, by the requester.
      if (!isBroken(error) || failures > retries) throw error;
      const wait = Math.min(maxTimeout, minTimeout * 2 ** (failures - 1));
      await sleep(wait, undefined, { signal: options.signal }).catch(() => {
        throw cancelled(options.signal?.reason);
      });
    }
  }
}

/** One answer's bytes behind the first `from`. */
async function* rest(
  options: DownloadOptions,
  from: number,
): AsyncGenerator<{ chunk: Uint8Array; total: number | undefined }, void, undefined> {
  const { url, registry, config, signal } = options;
  const headers = { accept: "application/octet-stream, */*", "accept-encoding": "identity" };
  const send = options.request ?? request;
  let answer: Answer;
  try {
    answer = await send(url, config, {
      headers: from === 0 ? headers : { ...headers, range: `bytes=${from}-` },
      signal,
      registry,
    });
  } catch (error) {
    // RFC 9110, 15.5.17: nothing lies behind `from`; the digest says whether that was all.
    if (from > 0 && isBananaError(error) && error.details?.status === 416) return;
    throw error;
  }
  const { skip, total } = placeOf(answer, from, url);
  let toSkip = skip;
  const limits = { maxBytes: TARBALL_BYTES, idleMs: options.idleMs ?? IDLE_MS };
  for await (const chunk of readBody(answer, url, limits, signal)) {
    const wanted = chunk.subarray(Math.min(toSkip, chunk.length));
    toSkip -= chunk.length - wanted.length;
    if (wanted.length > 0) yield { chunk: wanted, total };
  }
}

/** Where an answer begins, as bytes to pass over, and the length of the whole. */
function placeOf(answer: Answer, from: number, url: string): { skip: number; total: number | undefined } {
  if (answer.status !== 206) {
    const length =
      answer.header("content-encoding") === undefined ? answer.header("content-length") : undefined;
    return { skip: from, total: length === undefined ? undefined : Number(length) };
  }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.header("content-range") ?? "");
  if (from === 0 || range === null || Number(range[1]) !== from) {
    (answer.body as { destroy?: () => void }).destroy?.();
    throw new BananaError(
      "REGISTRY_INVALID",
      `expected the bytes from ${from} on, found content-range ${JSON.stringify(answer.header("content-range") ?? null)}`,
      { where: withoutSecrets(url), hint: "Try again; if it stays, tell the registry's operator." },
    );
  }
  return { skip: 0, total: range[2] === "*" ? undefined : Number(range[2]) };
}

function isBroken(error: unknown): boolean {
  return isBananaError(error) && (error.code === "DOWNLOAD_FAILED" || error.code === "REGISTRY_UNREACHABLE");
}

function mismatch(
  { integrity, url }: DownloadOptions,
  found: string,
  bytes: number,
  resumed: boolean,
): BananaError {
  return new BananaError("INTEGRITY_MISMATCH", `expected ${integrity}, found ${found} (${bytes} bytes)`, {
    where: withoutSecrets(url),
    hint: "Don't use it. Try again; if it stays, tell the registry's operator and the peel's author.",
    details: { expected: integrity, found, bytes, ...(resumed ? { resumed } : {}) },
  });
}

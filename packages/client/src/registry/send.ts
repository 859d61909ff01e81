import { BananaError, isBananaError } from "@banana-peel/format";
import { type Retry, waitToRetry } from "../http/retry.js";
import type { RegistryConfig } from "./npm-config.js";
import { IDLE_MS, readBody } from "./read-body.js";
import type { Answer, Requester } from "./request.js";
import { cancelled } from "./request-error.js";

/** How something is sent. */
export interface SendOptions {
  readonly config: RegistryConfig;
  readonly request: Requester;
  readonly signal?: AbortSignal | undefined;
  /** Told how much was handed over, of how much. */
  readonly onBytes?: ((sent: number, total: number) => void) | undefined;
  /** Milliseconds in which the registry must take a byte. */
  readonly idleMs?: number | undefined;
}

/** Bytes of a registry's answer about itself, and to a publish. */
const ANSWER_BYTES = 16 * 1024 * 1024;
/** Milliseconds that a registry may take to check what it got, in addition to a second for each 10 MB. */
const CHECK_MS = 60_000;

/**
 * Sends a body piece by piece, and again when the registry says that it is too busy, after the time that it asks for, as
 * often as npm's `fetch-retries` says. The time limit is for a registry that takes or says nothing, not for the whole.
 * @param pieces makes the body, anew for each try; each piece is valid until the next is asked for
 * @throws BananaError REGISTRY_REFUSED, REGISTRY_UNREACHABLE, CANCELLED, and what the pieces throw
 */
export async function send(
  url: string,
  headers: Record<string, string>,
  pieces: () => AsyncIterable<Uint8Array>,
  total: number,
  options: SendOptions,
): Promise<void> {
  const retry = options.config.options.retry as Retry;
  for (let failures = 1; ; failures++)
    try {
      return await sendPieces(url, headers, pieces(), total, options);
    } catch (error) {
      if (!isBusy(error) || failures > retry.retries) throw error;
      const retryAfter = error.details?.retryAfter as string | undefined;
      await waitToRetry(retry, failures, { retryAfter, signal: options.signal }).catch((cause: unknown) => {
        throw cancelled(cause);
      });
    }
}

/** RFC 6585, 4; RFC 9110, 15.6.4: nothing was done. */
function isBusy(error: unknown): error is BananaError {
  return (
    isBananaError(error) &&
    error.code === "REGISTRY_REFUSED" &&
    (error.details?.status === 429 || error.details?.status === 503)
  );
}

async function sendPieces(
  url: string,
  headers: Record<string, string>,
  pieces: AsyncIterable<Uint8Array>,
  total: number,
  options: SendOptions,
): Promise<void> {
  const stalled = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const watch = (ms: number) => {
    clearTimeout(timer);
    // Pieces may still be on their way when the answer has come.
    if (isOver) return;
    timer = setTimeout(() => stalled.abort(), ms);
  };
  const signal =
    options.signal === undefined ? stalled.signal : AbortSignal.any([options.signal, stalled.signal]);
  const idleMs = options.idleMs ?? IDLE_MS;
  let failure: unknown;
  const body = async function* () {
    let sent = 0;
    try {
      for await (const piece of pieces) {
        watch(idleMs);
        yield piece;
        sent += piece.length;
        options.onBytes?.(sent, total);
      }
      watch(Math.max(idleMs, CHECK_MS + total / 10_000));
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  watch(idleMs);
  try {
    const answer = await options.request(url, options.config, {
      method: "PUT",
      headers: { ...headers, "content-length": String(total) },
      body: body(),
      signal,
      // Of the whole: npm's own limit would end a long upload.
      timeout: 0,
    });
    await textOf(answer, url, signal);
  } catch (error) {
    if (failure !== undefined) throw failure;
    if (!stalled.signal.aborted) throw error;
    throw new BananaError(
      "REGISTRY_UNREACHABLE",
      `expected ${new URL(url).host} to take the upload or to answer, found nothing for ${idleMs / 1000} s`,
      {
        where: url.split("?")[0],
        hint: "Try again; if it stays, tell the registry's operator.",
        cause: error,
      },
    );
  } finally {
    isOver = true;
    clearTimeout(timer);
    // What the registry didn't wait for isn't sent.
    stalled.abort();
  }
}

/** The text of an answer of ANSWER_BYTES at most; as much of it as came. */
export async function textOf(answer: Answer, url: string, signal: AbortSignal | undefined): Promise<string> {
  const chunks: Uint8Array[] = [];
  try {
    const limits = { maxBytes: ANSWER_BYTES, idleMs: IDLE_MS };
    for await (const chunk of readBody(answer, url, limits, signal)) chunks.push(chunk);
  } catch (error) {
    // What a registry says of a success may be cut short: it was one.
    if (!isBananaError(error) || error.code !== "DOWNLOAD_FAILED") throw error;
  }
  return Buffer.concat(chunks).toString("utf8");
}

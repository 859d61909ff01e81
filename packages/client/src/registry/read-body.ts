import { BananaError } from "@banana-peel/format";
import { withoutSecrets } from "../http/without-secrets.js";
import type { Answer } from "./request.js";
import { cancelled } from "./request-error.js";

/** Limits of an answer's body. */
export interface BodyLimits {
  /** Bytes of the whole body. */
  maxBytes: number;
  /** Milliseconds without a byte after which the connection counts as dead. */
  idleMs: number;
  /** Milliseconds for the whole body; undefined for one that may be long. */
  totalMs?: number | undefined;
  /** Milliseconds in which SLOW_BYTES have to come; the default is SLOW_MS. */
  slowMs?: number | undefined;
}

/** Milliseconds without a byte after which a registry counts as dead. */
export const IDLE_MS = 30_000;
/** Bytes that have to come in SLOW_MS: a server that drips, byte for byte, would else hold a command for days. */
const SLOW_BYTES = 4096;
const SLOW_MS = 60_000;

/**
 * Passes on an answer's body, watching that it goes on and that it ends where the answer said.
 * @throws BananaError DOWNLOAD_FAILED, also when it comes too slowly; REGISTRY_INVALID when it is larger than the limit or
 *   not encoded as it says; CANCELLED
 */
export async function* readBody(
  answer: Answer,
  url: string,
  limits: BodyLimits,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const where = withoutSecrets(url);
  // A compressed answer's length is that of the compressed bytes, which aren't seen here.
  const encoded = answer.header("content-encoding") !== undefined;
  const promised = encoded ? undefined : answer.header("content-length");
  let seen = 0;
  const { slowMs = SLOW_MS, totalMs = Number.POSITIVE_INFINITY } = limits;
  const started = performance.now();
  let mark = { at: started, seen: 0 };
  const watchSpeed = () => {
    const now = performance.now();
    if (now - started > totalMs) throw new Error(`not whole after ${totalMs / 1000} s`);
    if (now - mark.at < slowMs) return;
    if (seen - mark.seen < SLOW_BYTES) throw new Error(`${seen - mark.seen} bytes in ${slowMs / 1000} s`);
    mark = { at: now, seen };
  };
  const body = answer.body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await inTime(body.next(), limits.idleMs, signal);
      if (next.done) break;
      seen += next.value.length;
      if (seen > limits.maxBytes)
        throw new BananaError("REGISTRY_INVALID", `expected at most ${limits.maxBytes} bytes, found more`, {
          where,
        });
      yield next.value;
      watchSpeed();
    }
  } catch (error) {
    if (error instanceof BananaError) throw error;
    if (signal?.aborted) throw cancelled(error);
    throw isCorrupt(error) ? corrupt(where, error) : broken(where, seen, promised, error);
  } finally {
    // Ends the connection when the reader stopped early; a body that has ended takes no notice.
    (answer.body as { destroy?: () => void }).destroy?.();
  }
  if (promised !== undefined && seen !== Number(promised)) throw broken(where, seen, promised);
}

function inTime<T>(work: Promise<T>, ms: number, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(cancelled(signal?.reason));
    const timer = setTimeout(() => reject(new Error(`no byte for ${ms / 1000} s`)), ms);
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    });
  });
}

/** True for bytes that aren't of the encoding that the answer says, and not only cut short. */
function isCorrupt(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return (
    typeof code === "string" && /^(?:Z_|ERR_BROTLI_|ERR__ERROR_FORMAT_)/.test(code) && code !== "Z_BUF_ERROR"
  );
}

function corrupt(where: string, cause: unknown): BananaError {
  return new BananaError(
    "REGISTRY_INVALID",
    `expected a body in the encoding that the answer says, found other bytes (${(cause as Error).message})`,
    { where, hint: "Try again; if it stays, tell the registry's operator.", cause },
  );
}

function broken(where: string, seen: number, promised: string | undefined, cause?: unknown): BananaError {
  return new BananaError(
    "DOWNLOAD_FAILED",
    `expected ${promised === undefined ? "the whole body" : `${promised} bytes`}, the connection ended after ${seen}${cause instanceof Error ? ` (${cause.message})` : ""}`,
    { where, hint: "Try again; if it stays, tell the registry's operator.", cause },
  );
}

import { BananaError } from "@banana-peel/format";
import { type Answer, cancelled, withoutSecrets } from "./request.js";

/** Limits of an answer's body. */
export interface BodyLimits {
  /** Bytes of the whole body. */
  maxBytes: number;
  /** Milliseconds without a byte after which the connection counts as dead. */
  idleMs: number;
}

/**
 * Passes on an answer's body, watching that it goes on and that it ends where the answer said.
 * @throws BananaError DOWNLOAD_FAILED, REGISTRY_INVALID when it is larger than the limit, CANCELLED
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
    }
  } catch (error) {
    if (error instanceof BananaError) throw error;
    if (signal?.aborted) throw cancelled(error);
    throw broken(where, seen, promised, error);
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

function broken(where: string, seen: number, promised: string | undefined, cause?: unknown): BananaError {
  return new BananaError(
    "DOWNLOAD_FAILED",
    `expected ${promised === undefined ? "the whole body" : `${promised} bytes`}, the connection ended after ${seen}${cause instanceof Error ? ` (${cause.message})` : ""}`,
    { where, hint: "Try again; if it stays, tell the registry's operator.", cause },
  );
}

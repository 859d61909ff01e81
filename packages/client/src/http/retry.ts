import { setTimeout as sleep } from "node:timers/promises";

/** How a request is tried again; npm's fetch-retries and its relatives. */
export interface Retry {
  readonly retries: number;
  readonly factor: number;
  /** Milliseconds. */
  readonly minTimeout: number;
  readonly maxTimeout: number;
}

/** Answers that another try may better, as npm has it. */
const PASSING = new Set([408, 420, 429]);
/** Failures that another try doesn't better: certificates, names that aren't there, what can't be sent. */
const LASTING =
  /^(?:CERT_|ERR_TLS_|ERR_SSL_|ERR_INVALID_|ERR_PROXY_REFUSED$|ENOTFOUND$|ABORT_ERR$|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH)/;

/** True for an answer's status that may pass. */
export function mayPass(status: number): boolean {
  return PASSING.has(status) || status >= 500;
}

/** True for a failure of the connection that may pass. */
export function mayRecover(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && !LASTING.test(code);
}

/**
 * Waits before another try: longer from time to time, or as long as the answer asks, within npm's bounds.
 * @param failures how many tries have failed, from 1
 * @param retryAfter value of the header Retry-After, in seconds; a date is not heeded
 */
export async function waitToRetry(
  { factor, minTimeout, maxTimeout }: Retry,
  failures: number,
  { retryAfter, signal }: { retryAfter?: string | undefined; signal?: AbortSignal | undefined },
): Promise<void> {
  const asked = /^\d{1,6}$/.test(retryAfter ?? "") ? 1000 * Number(retryAfter) : 0;
  const wait = Math.max(asked, minTimeout * (factor || 2) ** (failures - 1));
  await sleep(Math.min(maxTimeout, wait), undefined, { signal });
}

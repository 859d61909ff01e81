import { BananaError } from "@banana-peel/format";
import type { OnProgress } from "../progress.js";

/** How a caller follows and stops work. */
export interface Watch {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Checks what a caller gave to follow and stop work. @throws BananaError INPUT_INVALID */
export function checkWatch({ signal, onProgress }: Watch): void {
  if (signal !== undefined && typeof signal?.aborted !== "boolean")
    throw wrong("signal", "an AbortSignal", signal, "new AbortController() has one as its signal.");
  if (onProgress !== undefined && typeof onProgress !== "function")
    throw wrong("onProgress", "a function", onProgress, "It is told { step, name, done, total }.");
}

function wrong(where: string, what: string, found: unknown, hint: string): BananaError {
  return new BananaError("INPUT_INVALID", `expected ${where} to be ${what}, found ${String(found)}`, {
    where,
    hint,
  });
}

import { BananaError, type ErrorCode } from "@banana-peel/format";
import { expect } from "vitest";

/** Awaits a rejection with a code; returns the error for a closer look. */
export async function expectCode(promise: Promise<unknown>, code: ErrorCode): Promise<BananaError> {
  const error = await promise.then(
    () => new Error(`expected ${code}, found success`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof BananaError)) throw error;
  expect(error.code, error.message).toBe(code);
  return error;
}

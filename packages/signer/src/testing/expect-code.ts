import { BananaError, type ErrorCode } from "@banana-peel/format";
import { expect } from "vitest";

/** Awaits a rejection with one of the codes and a hint; returns the error. */
export async function expectCode(promise: Promise<unknown>, ...codes: ErrorCode[]): Promise<BananaError> {
  const error = await promise.then(
    () => new Error(`expected ${codes.join(" or ")}, found success`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof BananaError)) throw error;
  expect(codes).toContain(error.code);
  return error;
}

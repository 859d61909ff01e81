import { BananaError } from "../errors/banana-error.js";

/** The BananaError that a function throws or rejects with; fails when there is none. */
export async function caught(run: () => unknown): Promise<BananaError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof BananaError) return error;
    throw error;
  }
  throw new Error("expected a BananaError, nothing was thrown");
}

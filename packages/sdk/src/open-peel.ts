import { BananaError, type PeelSource } from "@banana-peel/format";
import { type Base, type LoadedPeel, openPeel as openVerified } from "@banana-peel/runtime";
import {
  isUnsafePeel,
  isVerifiedPeel,
  type UnsafePeel,
  type VerifiedPeel,
  verifyPeel,
} from "@banana-peel/signer/verify";
import { checkSigner, type SignerChoice } from "./check-signer.js";

/** A peel that was verified, was opted out of it, or whose files are still to be verified. */
export type PeelInput = VerifiedPeel | UnsafePeel | PeelSource;

/** Who may have signed a peel, and how opening it is stopped. */
export interface OpenPeelChoice extends SignerChoice {
  /** Stops between two steps; in a browser also what is being fetched. */
  readonly signal?: AbortSignal;
}

/**
 * Reads a peel for a base, after verifying its signature, its files and its signer. What was verified before is not
 * verified again; `choice` then says nothing.
 * @throws BananaError INPUT_INVALID (no open base, no peel); of verifyPeel, of checkSigner, of the runtime's openPeel; the signal's reason
 */
export async function openPeelFrom(
  input: PeelInput,
  base: Pick<Base, "card" | "digest">,
  choice: OpenPeelChoice,
): Promise<LoadedPeel> {
  const { signal } = choice;
  signal?.throwIfAborted();
  checkBase(base);
  if (typeof (input as Partial<PeelInput> | undefined)?.read !== "function")
    throw new BananaError("INPUT_INVALID", `expected a peel's place or its files, found ${String(input)}`, {
      where: "openPeel",
      hint: "Give where the peel is, a PeelSource, or what verifyPeel returned.",
    });
  const isChecked = isVerifiedPeel(input) || isUnsafePeel(input);
  const peel = isChecked ? input : await verifyPeel(input as PeelSource);
  signal?.throwIfAborted();
  if (!isChecked) checkSigner(peel as VerifiedPeel, choice);
  const loaded = await openVerified(peel, base);
  signal?.throwIfAborted();
  return loaded;
}

/** JavaScript's callers can forget to await openBase, or the base itself. */
function checkBase(base: unknown): void {
  if ((base as Partial<Base> | undefined)?.card !== undefined) return;
  const found = base instanceof Promise ? "a promise: await openBase" : String(base);
  throw new BananaError("INPUT_INVALID", `expected an open base, found ${found}`, {
    where: "openPeel",
    hint: "openPeel(peel, await openBase(where, { ort }))",
  });
}

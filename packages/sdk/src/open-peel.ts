import type { PeelSource } from "@banana-peel/format";
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

/**
 * Reads a peel for a base, after verifying its signature, its files and its signer. What was verified before is not
 * verified again; `choice` then says nothing.
 * @throws BananaError of verifyPeel, of checkSigner, of the runtime's openPeel
 */
export async function openPeelFrom(
  input: PeelInput,
  base: Pick<Base, "card" | "digest">,
  choice: SignerChoice,
): Promise<LoadedPeel> {
  if (isVerifiedPeel(input) || isUnsafePeel(input)) return openVerified(input, base);
  const verified = await verifyPeel(input as PeelSource);
  checkSigner(verified, choice);
  return openVerified(verified, base);
}

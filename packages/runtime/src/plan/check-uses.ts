import { BananaError, type LowRank } from "@banana-peel/format";
import type { PeelUse } from "../peel/types.js";

/** Largest weight of a peel, either way; the limit of peel.json. */
export const MAX_WEIGHT = 8;

/**
 * Checks that peels may be used together on a base.
 * @throws BananaError WEIGHT_INVALID, BASE_INCOMPATIBLE for a peel that was opened for another base
 */
export function checkUses(uses: readonly PeelUse[], baseDigest: string): void {
  for (const { peel, weight } of uses) {
    const { name } = peel.manifest;
    if (typeof weight !== "number" || !(Math.abs(weight) <= MAX_WEIGHT))
      throw new BananaError(
        "WEIGHT_INVALID",
        `expected a weight within [-${MAX_WEIGHT}, ${MAX_WEIGHT}] for ${name}, found ${String(weight)}`,
        { where: name, hint: "1 is as trained, 0 is off." },
      );
    if (peel.base !== baseDigest)
      throw new BananaError(
        "BASE_INCOMPATIBLE",
        `expected ${name} to be opened for the base ${baseDigest}, found it opened for ${peel.base}`,
        { where: name, hint: "Open the peel again with openPeel(peel, base)." },
      );
    for (const lowRank of peel.adapter.targets.values()) {
      const factor = (weight * peel.entry.alpha) / lowRank.rank;
      const largest = largestB(lowRank);
      if (!Number.isFinite(Math.fround(largest * factor)))
        throw new BananaError(
          "WEIGHT_INVALID",
          `expected weight * alpha / rank * lora_B within float32, found ${largest} * ${factor}`,
          { where: `${name}: ${lowRank.path}`, hint: "Use a smaller weight." },
        );
    }
  }
}

const largest = new WeakMap<LowRank, number>();

/** Largest magnitude in lora_B; remembered, because it is asked for at every swap. */
function largestB(lowRank: LowRank): number {
  let most = largest.get(lowRank);
  if (most === undefined) {
    most = 0;
    for (const value of lowRank.b) most = Math.max(most, Math.abs(value));
    largest.set(lowRank, most);
  }
  return most;
}

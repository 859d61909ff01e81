import { type Adapter, BananaError, type LowRank } from "@banana-peel/format";
import { checkRoles } from "../peel/check-roles.js";
import type { PeelUse } from "../peel/types.js";
import { weightOn } from "./updates.js";

/** Largest weight of a peel, either way; the limit of peel.json. */
export const MAX_WEIGHT = 8;

/**
 * Checks that peels may be used together on a base.
 * @throws BananaError WEIGHT_INVALID, INPUT_INVALID for a weight of a target that the peel doesn't change,
 *   BASE_INCOMPATIBLE for a peel that was opened for another base, ROLE_TAKEN
 */
export function checkUses(uses: readonly PeelUse[], baseDigest: string): void {
  for (const use of uses) {
    const { peel } = use;
    const { name } = peel.manifest;
    checkWeight(use.weight, name);
    for (const [path, weight] of Object.entries(use.perTarget ?? {})) {
      if (!peel.adapter.targets.has(path))
        throw new BananaError("INPUT_INVALID", `expected targets of ${name} in perTarget, found ${path}`, {
          where: `${name}: ${path}`,
          hint: "peel.adapter.targets has the paths of the targets that it changes.",
        });
      checkWeight(weight, `${name}: ${path}`);
    }
    if (peel.base !== baseDigest)
      throw new BananaError(
        "BASE_INCOMPATIBLE",
        `expected ${name} to be opened for the base ${baseDigest}, found it opened for ${peel.base}`,
        { where: name, hint: "Open the peel again with openPeel(peel, base)." },
      );
    if (fitsFloat(use)) continue;
    for (const lowRank of peel.adapter.targets.values()) {
      const factor = (weightOn(use, lowRank.path) * peel.entry.alpha) / lowRank.rank;
      const largest = largestB(lowRank);
      if (!Number.isFinite(Math.fround(largest * factor)))
        throw new BananaError(
          "WEIGHT_INVALID",
          `expected weight * alpha / rank * lora_B within float32, found ${largest} * ${factor}`,
          { where: `${name}: ${lowRank.path}`, hint: "Use a smaller weight." },
        );
    }
  }
  checkRoles(uses);
}

function checkWeight(weight: unknown, where: string): void {
  if (typeof weight === "number" && Math.abs(weight) <= MAX_WEIGHT) return;
  const found = typeof weight === "string" ? `the text "${weight}"` : String(weight);
  throw new BananaError(
    "WEIGHT_INVALID",
    `expected a weight within [-${MAX_WEIGHT}, ${MAX_WEIGHT}] for ${where}, found ${found}`,
    { where, hint: "1 is as trained, 0 is off." },
  );
}

/** Whether every weight * alpha / rank * lora_B is surely within float32, whichever weight is on which target. */
function fitsFloat({ weight, perTarget, peel }: PeelUse): boolean {
  let strongest = Math.abs(weight);
  for (const path in perTarget) strongest = Math.max(strongest, Math.abs(perTarget[path]!));
  return Number.isFinite(Math.fround(strongest * peel.entry.alpha * largestOf(peel.adapter)));
}

const reach = new WeakMap<Adapter, number>();

/** Largest magnitude in lora_B / rank over all targets; remembered, because it is asked for at every swap. */
export function largestOf(adapter: Adapter): number {
  let most = reach.get(adapter);
  if (most === undefined) {
    most = 0;
    for (const lowRank of adapter.targets.values()) most = Math.max(most, largestB(lowRank) / lowRank.rank);
    reach.set(adapter, most);
  }
  return most;
}

const largest = new WeakMap<LowRank, number>();

/** Largest magnitude in lora_B. */
function largestB(lowRank: LowRank): number {
  let most = largest.get(lowRank);
  if (most === undefined) {
    most = 0;
    const { b } = lowRank;
    for (let i = 0; i < b.length; i++) {
      const size = Math.abs(b[i]!);
      if (size > most) most = size;
    }
    largest.set(lowRank, most);
  }
  return most;
}

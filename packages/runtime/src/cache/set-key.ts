import { sha256Hex } from "@banana-peel/format";
import type { PeelUse } from "../peel/types.js";
import type { PlanOptions } from "../plan/types.js";

/** Counts up when the same input gives other plans, bytes or files than before. */
const VERSION = 4;

/**
 * The name of a merged set's content: the base, the peels' content and weights in their order, and what was asked for.
 * @param moments SHA-256 of the base's moments, which calibrated rounding depends on
 */
export function setKey(
  baseDigest: string,
  uses: readonly PeelUse[],
  { strategy = "auto", rounding = "auto", perTarget }: PlanOptions,
  moments?: string,
): Promise<string> {
  const named = [
    VERSION,
    baseDigest,
    uses.map(({ peel, weight, perTarget }) => [peel.digest, peel.entry.file, weight, inOrder(perTarget)]),
    [strategy, rounding, inOrder(perTarget), ...(rounding === "calibrated" ? [moments] : [])],
  ];
  return sha256Hex(new TextEncoder().encode(JSON.stringify(named)));
}

function inOrder<T>(byPath: Readonly<Record<string, T>> = {}): [path: string, value: T][] {
  return Object.entries(byPath).sort(([a], [b]) => (a < b ? -1 : 1));
}

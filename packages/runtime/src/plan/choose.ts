import { BananaError, type Target } from "@banana-peel/format";
import { canPromote } from "./promote-target.js";
import type { PlanOptions, Retention, RoundingName, Strategy } from "./types.js";
import type { Part } from "./updates.js";

/**
 * Where "auto" merges. `gain` holds the size of the update to 5%: less than the step between weights that people
 * try (0.7, 0.8, ...). `error` bounds what rounding adds to the weights, relative to the update. To nearest and in
 * finer schemes the error is a part of the update that is missing: at 0.5, the applied and the intended update keep a
 * cosine of 0.89. Dither's, and most of what
 * is left after calibrated rounding, is noise, which may be as large as the update: at that, pictures of the nano base still
 * change as they should with a cosine of 0.93 or more (docs/guides/rounding.md), and beyond it a layer's outputs soon
 * don't.
 */
export const MERGE_BOUNDS = {
  gain: 0.05,
  error: { nearest: 0.5, promote: 0.5, dither: 1, calibrated: 1 },
} as const;

/** True when what merging keeps is within MERGE_BOUNDS. */
export function keepsEnough({ gain, error }: Retention, how: RoundingName | "promote"): boolean {
  return Math.abs(gain - 1) <= MERGE_BOUNDS.gain && error <= MERGE_BOUNDS.error[how];
}

/** Why nothing was within the bounds. */
export function boundsInWords(reasons: readonly string[]): string {
  const { nearest, dither } = MERGE_BOUNDS.error;
  return `${reasons.join(", ")}; bounds are a gain of 1 +- ${MERGE_BOUNDS.gain} and an error of ${nearest} (${dither} by dither and calibrated)`;
}

/** What may be done to a target before anything is measured. */
export interface Allowed {
  readonly strategy: "auto" | Strategy;
  /** Roundings to try, in this order. */
  readonly roundings: readonly RoundingName[];
  /** Why the strategy is fixed, when it isn't by the caller's choice. */
  readonly reason?: string;
}

/**
 * Applies what the peels' training and the target's arithmetic demand to what the caller asks for.
 * @throws BananaError STRATEGY_UNAVAILABLE when these contradict each other
 */
export function allowed(target: Target, parts: readonly Part[], options: PlanOptions): Allowed {
  const strategy = options.perTarget?.[target.path] ?? options.strategy ?? "auto";
  const roundings = roundingsOf(options.rounding ?? "auto", target);
  const aware = parts.find(({ use }) => use.peel.entry.training?.method === "merge-aware");
  const overflow = accumulatorOverflow(target);
  if (strategy === "promote" && !canPromote({ target }))
    throw unavailable(
      target,
      `expected a weight of fewer than 8 bits in blocks to promote, found ${target.scheme.bits} bits per ${target.scheme.granularity}`,
      'Use the strategy "auto", "merge" or "attach".',
    );
  if (aware !== undefined) {
    const peel = aware.use.peel.manifest.name;
    const scheme = aware.use.peel.entry.training?.scheme;
    const own = `int${target.scheme.bits}`;
    if (scheme !== undefined && scheme !== own)
      throw unavailable(
        target,
        `expected a peel trained to be attached or merged at ${own}, found ${peel} trained merge-aware for ${scheme}`,
        `Use a version of ${peel} for ${own}; merged or attached here, it would not be what was trained.`,
      );
    if (strategy === "attach" || strategy === "promote")
      throw unavailable(
        target,
        `expected a peel trained to be attached, found ${peel} trained merge-aware: ${strategy === "attach" ? "attached" : "promoted"} it is worse than none`,
        'Use the strategy "auto" or "merge".',
      );
    if (overflow !== undefined)
      throw unavailable(target, overflow, "Use a peel that was trained to be attached.");
    return {
      strategy: "merge",
      roundings: ["nearest"],
      reason: `${peel} was trained merge-aware for ${own}`,
    };
  }
  if (overflow !== undefined && strategy === "merge")
    throw unavailable(target, overflow, 'Use the strategy "auto" or "attach".');
  if (overflow !== undefined) return { strategy: "attach", roundings, reason: overflow };
  return { strategy, roundings };
}

/** A table's rows aren't added up, so no row can make up for another's error: there dither does what can be done. */
function roundingsOf(rounding: "auto" | RoundingName, { operator }: Target): RoundingName[] {
  if (rounding === "auto") return ["nearest", "dither"];
  const table = operator === "Gather" || operator === "GatherBlockQuantized";
  return rounding === "calibrated" && table ? ["dither"] : [rounding];
}

/**
 * Integer kernels add products of 8-bit activations and weights in int32. Merging can raise every weight to the end
 * of the range, so it is refused where even that could leave int32. Kernels of blocks add up in int32 within a block
 * only, and those of floats not at all.
 */
function accumulatorOverflow({ k, scheme }: Target): string | undefined {
  if (scheme.form === "float" || scheme.granularity === "block") return undefined;
  const largest = scheme.signed ? Math.max(-(scheme.min ?? -128), scheme.max ?? 127) : 255;
  if (k * largest * 255 <= 2 ** 31 - 1) return undefined;
  return `a sum of ${k} products could leave int32 after merging`;
}

function unavailable({ path }: Target, message: string, hint: string): BananaError {
  return new BananaError("STRATEGY_UNAVAILABLE", message, { where: path, hint });
}

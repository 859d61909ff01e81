import type { PeelUse } from "../peel/types.js";
import { MERGE_BOUNDS } from "./choose.js";
import type { Plan, PlanOptions, PlanTarget, Strategy } from "./types.js";

/** Gain under which a merged target is worth a warning: half of the update is gone. */
const WEAK_GAIN = 0.5;

/** A plan from its targets. */
export function summarise(
  targets: readonly PlanTarget[],
  uses: readonly PeelUse[],
  options: PlanOptions,
): Plan {
  const count = (name: Strategy) => targets.filter(({ strategy }) => strategy === name).length;
  const gains = targets.map(({ gain }) => gain).sort((a, b) => a - b);
  const errors = targets.map(({ error }) => error).sort((a, b) => a - b);
  return {
    strategy: options.strategy ?? "auto",
    rounding: options.rounding ?? "auto",
    targets,
    totals: { attached: count("attach"), merged: count("merge"), promoted: count("promote") },
    gain: { min: gains[0] ?? 1, median: median(gains) ?? 1 },
    error: { max: errors.at(-1) ?? 0, median: median(errors) ?? 0 },
    warnings: [...weakened(targets), ...noisy(targets), ...uses.flatMap(outOfRange)],
  };
}

function median(sorted: readonly number[]): number | undefined {
  if (sorted.length === 0) return undefined;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function weakened(targets: readonly PlanTarget[]): string[] {
  const weak = targets.filter(({ strategy, gain }) => strategy === "merge" && gain < WEAK_GAIN);
  if (weak.length === 0) return [];
  const worst = weak.reduce((least, target) => (target.gain < least.gain ? target : least));
  return [
    `${weak.length} of ${targets.length} targets keep less than half of their update when merged; least ${worst.path} with ${worst.gain.toFixed(3)}. Use the strategy "auto" or "attach".`,
  ];
}

function noisy(targets: readonly PlanTarget[]): string[] {
  const loud = targets.filter(
    ({ strategy, rounding, error }) =>
      strategy === "merge" && rounding === "dither" && error > MERGE_BOUNDS.error.dither,
  );
  if (loud.length === 0) return [];
  const worst = loud.reduce((most, target) => (target.error > most.error ? target : most));
  return [
    `${loud.length} of ${targets.length} targets get more noise from dither than their update is worth; most ${worst.path}, ${worst.error.toFixed(1)} times the update. Use the strategy "auto" or "attach".`,
  ];
}

function outOfRange({ peel, weight }: PeelUse): string[] {
  const { min, max } = peel.entry.weight ?? {};
  const below = min !== undefined && weight < min && weight !== 0;
  if (!below && !(max !== undefined && weight > max)) return [];
  return [
    `${peel.manifest.name} at weight ${weight}: its author recommends ${min ?? "any"} to ${max ?? "any"}.`,
  ];
}

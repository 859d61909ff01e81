import type { Plan } from "@banana-peel/runtime";

/** A plan in words. */
export interface PlanFacts {
  /** What is kept of the change: "48 attached: 100.0%". */
  readonly short: string;
  /** "38 attached, 0 merged". */
  readonly targets: string;
  /** "min 0.998, median 1.000". */
  readonly gain: string;
  /** "max 1.2%, median 0.8%". */
  readonly error: string;
}

/** The totals of a plan. */
export function planFacts({ totals, gain, error }: Plan): PlanFacts {
  const parts = [
    ...(totals.attached > 0 ? [`${totals.attached} attached`] : []),
    ...(totals.merged > 0 ? [`${totals.merged} merged`] : []),
    ...(totals.promoted > 0 ? [`${totals.promoted} promoted`] : []),
  ];
  return {
    short: `${parts.join(", ") || "no targets"}: ${percent(gain.median)}`,
    targets: parts.join(", ") || "none",
    gain: `min ${gain.min.toFixed(3)}, median ${gain.median.toFixed(3)}`,
    error: `max ${percent(error.max)}, median ${percent(error.median)}`,
  };
}

/** A share as a percentage with one decimal. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

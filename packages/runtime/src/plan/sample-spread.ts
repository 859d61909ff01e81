import type { Sums } from "../merge/types.js";

/** Standard errors up to which a sample is enough: of the gain, for errors up to 1, and of the error, as a share of it. */
const SPREAD = { gain: 0.01, error: 0.05 } as const;

/**
 * True when a sample's runs agree so little that a gain or an error made of them isn't known well enough, as where a few
 * columns are most of an update, or few values that hold most of the error are seen. The standard errors are those of
 * what a straight line by the size of a run's update leaves of product and rest: runs lie where their mean size is that of all.
 */
export function scatters(runs: readonly Sums[]): boolean {
  const total = (of: keyof Sums) => runs.reduce((sum, run) => sum + run[of], 0);
  const intended = total("intended");
  if (intended === 0 || runs.length < 3) return false;
  const mean = intended / runs.length;
  const width = runs.reduce((sum, run) => sum + (run.intended - mean) ** 2, 0);
  /** Standard error of a sum, over that of what was intended. */
  const standardError = (of: "product" | "rest") => {
    const middle = total(of) / runs.length;
    const along = runs.reduce((sum, run) => sum + (run.intended - mean) * (run[of] - middle), 0);
    const slope = width === 0 ? 0 : along / width;
    const squares = runs.reduce(
      (sum, run) => sum + (run[of] - middle - slope * (run.intended - mean)) ** 2,
      0,
    );
    return Math.sqrt((squares * runs.length) / (runs.length - 2)) / intended;
  };
  const rest = total("rest") / intended;
  if (standardError("product") > SPREAD.gain * Math.max(1, Math.sqrt(rest))) return true;
  // Of a root, half as much.
  return rest > 0 && standardError("rest") / rest / 2 > SPREAD.error;
}

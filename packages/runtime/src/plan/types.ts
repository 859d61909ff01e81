import type { OnProgress } from "../progress.js";

/**
 * How an update is applied to a target: beside the layer, folded into its weights, or folded into weights of 8 bits
 * that take the place of those of fewer.
 */
export type Strategy = "attach" | "merge" | "promote";

/** How a merge puts a value on the grid. */
export type RoundingName = "nearest" | "dither" | "calibrated";

/** What a plan may choose. */
export interface PlanOptions {
  /** Told of each target that is planned or merged and, by setPeels, of each session that is opened. */
  readonly onProgress?: OnProgress;
  /** Default "auto": merge where a rounding keeps within its bounds, else promote where that does, else attach. */
  readonly strategy?: "auto" | Strategy;
  /**
   * Rounding of merged targets. Default "auto", by target: nearest where that keeps enough, else dither. "calibrated"
   * passes the error of each row on to those behind it, by the moments of the base where it has some: the best that is
   * left of an update at 4 bits, and slower; tables are rounded by dither then. Targets of
   * merge-aware peels are always rounded to nearest. docs/guides/rounding.md shows what each keeps.
   */
  readonly rounding?: "auto" | RoundingName;
  /** Strategy by target path, in place of `strategy`. */
  readonly perTarget?: Readonly<Record<string, "auto" | Strategy>>;
}

/**
 * How well the applied change of a target's weights matches the intended one, as seen in weight space: measured on
 * the values that would be stored, for a sample of the rows of a large weight. Where a target is rounded calibrated,
 * as seen in its outputs, by the moments of its inputs, on all of it.
 */
export interface Retention {
  /** <applied, intended> / <intended, intended>; 1 is perfect, 0 is gone. */
  readonly gain: number;
  /** ||applied - intended|| / ||intended||, Frobenius; 0 is perfect. */
  readonly error: number;
}

/** The plan for one target. */
export interface PlanTarget extends Retention {
  readonly path: string;
  readonly graph: string;
  readonly strategy: Strategy;
  /** Rounding of a merged target. */
  readonly rounding?: RoundingName;
  /** Sum of the ranks of the peels on it. */
  readonly rank: number;
  /** Names of the peels that change it, in the order given. */
  readonly peels: readonly string[];
  /** What merging would keep by the best rounding, where that was measured. */
  readonly merged?: Retention;
  /** What promoting would keep, where that was measured. */
  readonly promoted?: Retention;
  /** Why this strategy, in words. */
  readonly reason: string;
}

/** What is to be done, target by target, in the order of the card. */
export interface Plan {
  readonly strategy: "auto" | Strategy;
  readonly rounding: "auto" | RoundingName;
  readonly targets: readonly PlanTarget[];
  readonly totals: { readonly attached: number; readonly merged: number; readonly promoted: number };
  /** Over all targets; both 1 when there are none. */
  readonly gain: { readonly min: number; readonly median: number };
  /** Over all targets; both 0 when there are none. */
  readonly error: { readonly max: number; readonly median: number };
  /** What a person should know: targets whose update rounding weakened, weights outside the peel's own range. */
  readonly warnings: readonly string[];
}

import {
  dither,
  ditherSeed,
  nearest,
  type Rounding,
  requantiser,
  rowScales,
  type Stored,
} from "@banana-peel/onnx";
import type { TargetWeights } from "../base/weights.js";
import type { Pacer } from "../pacer.js";
import type { Retention, RoundingName } from "./types.js";
import { type Part, updateRows } from "./updates.js";

/** A target's weight with an update folded in. */
export interface MergedTarget extends Retention {
  /** [K,N] row-major, on the base's own grid. */
  readonly stored: Stored;
  /** True when something was intended and rounding left no element changed. */
  readonly erased: boolean;
}

/**
 * Folds an update into a weight on its own grid: same scales, same zero points, the scheme's range respected; and
 * measures, on the stored values that come out, how much of the update is there. The same input gives the same
 * bytes on every machine.
 */
export async function mergeTarget(
  { grid, stored }: TargetWeights,
  parts: readonly Part[],
  rounding: Rounding,
  pacer: Pacer,
): Promise<MergedTarget> {
  const { k, n } = grid;
  const out = stored.slice();
  const update = new Float64Array(n);
  const updateRow = updateRows(parts, n);
  const requantiseRow = requantiser(grid, rounding);
  const sums: Sums = { intended: 0, product: 0, rest: 0, changed: false };
  const room = new Float32Array(n);
  for (let row = 0; row < k; row++) {
    await pacer.pause();
    updateRow(row, update);
    requantiseRow(row, stored, update, out);
    measureRow(sums, row * n, stored, out, update, rowScales(grid, row, room));
  }
  const { intended, product, rest, changed } = sums;
  const none = intended === 0;
  return {
    stored: out,
    erased: !changed && !none,
    gain: none ? 1 : product / intended,
    error: none ? 0 : Math.sqrt(rest / intended),
  };
}

interface Sums {
  /** <intended, intended> */
  intended: number;
  /** <applied, intended> */
  product: number;
  /** ||applied - intended||^2 */
  rest: number;
  changed: boolean;
}

/** Adds a row to the sums, in the order of the elements. */
function measureRow(
  sums: Sums,
  first: number,
  before: Stored,
  after: Stored,
  update: Float64Array,
  scales: Float32Array,
): void {
  let { intended, product, rest, changed } = sums;
  for (let column = 0; column < update.length; column++) {
    const wanted = update[column]!;
    const steps = after[first + column]! - before[first + column]!;
    const applied = steps * scales[column]!;
    changed ||= steps !== 0;
    intended += wanted * wanted;
    product += applied * wanted;
    rest += (applied - wanted) * (applied - wanted);
  }
  sums.intended = intended;
  sums.product = product;
  sums.rest = rest;
  sums.changed = changed;
}

/**
 * The rounding of that name for one target. Dither is seeded by the base's digest and the target's path, so the
 * same peel on the same base rounds in the same way everywhere.
 */
export async function roundingFor(name: RoundingName, baseDigest: string, path: string): Promise<Rounding> {
  return name === "nearest" ? nearest : dither(await ditherSeed(`${baseDigest}\n${path}`));
}

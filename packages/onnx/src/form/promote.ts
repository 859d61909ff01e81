import { fromFloats, toFloats } from "../model/floats.js";
import type { WeightForm } from "./types.js";

/** Values that share a scale after promotion: the block of 8-bit kernels that every backend has. */
export const PROMOTED_BLOCK = 32;
const LARGEST = 127;
const MAGIC = 6755399441055744;

/** What blocks run along: the rows of a column (K), or, of a table, the columns of a row (N). */
export type BlocksAlong = "k" | "n";

/** A weight of 8 bits in blocks of PROMOTED_BLOCK, and its scales. */
export interface Promoted {
  readonly k: number;
  readonly n: number;
  /** [K,N] row-major, within [-127, 127]; the zero point is 0. */
  readonly values: Int8Array;
  /** [ceil(K/32), N], or [K, ceil(N/32)] of blocks along N. */
  readonly scales: Float32Array;
}

/** A merge into a finer scheme. Every row is prepared, in ascending order, before the first is added. */
export interface Promotion {
  /** Learns how large row `k` becomes with `update` [N]. */
  prepare(k: number, update: Float64Array): void;
  /** As WeightMerge.addRow. */
  addRow(k: number, update: Float64Array, applied: Float64Array): boolean;
  finish(): Promoted;
}

/**
 * Starts a merge of a weight into int8 with blocks of 32. The order of operations is fixed, in doubles: per block
 * and column, scale = max |w + update| / 127, rounded to the type of scales; q = round((w + update) / scale) to
 * nearest, ties to even, within [-127, 127].
 * @param scaleType TensorProto.DataType of the new scales
 */
export function promote(
  form: WeightForm,
  scaleType: number,
  where: string,
  along: BlocksAlong = "k",
): Promotion {
  const { k, n } = form;
  const perRow = Math.ceil(n / PROMOTED_BLOCK);
  const largest = new Float64Array(along === "k" ? Math.ceil(k / PROMOTED_BLOCK) * n : k * perRow);
  const values = new Int8Array(k * n);
  const row = new Float32Array(n);
  let scales: Float32Array | undefined;
  const group =
    along === "k"
      ? (at: number, column: number) => Math.floor(at / PROMOTED_BLOCK) * n + column
      : (at: number, column: number) => at * perRow + Math.floor(column / PROMOTED_BLOCK);
  const makeScales = () =>
    toFloats(
      fromFloats(
        largest.map((most) => most / LARGEST),
        scaleType,
        where,
      ),
      scaleType,
      where,
    );
  return {
    prepare(at, update) {
      form.readRow(at, row);
      for (let column = 0; column < n; column++) {
        const own = group(at, column);
        largest[own] = Math.max(largest[own]!, Math.abs(row[column]! + update[column]!));
      }
    },
    addRow(at, update, applied) {
      scales ??= makeScales();
      form.readRow(at, row);
      let changed = false;
      for (let column = 0; column < n; column++) {
        const scale = scales[group(at, column)]!;
        const steps = scale === 0 ? 0 : (row[column]! + update[column]!) / scale;
        const value = Math.max(-LARGEST, Math.min(steps, LARGEST)) + MAGIC - MAGIC;
        values[at * n + column] = value;
        applied[column] = value * scale - row[column]!;
        changed ||= applied[column] !== 0;
      }
      return changed;
    },
    finish: () => ({ k, n, values, scales: scales ?? makeScales() }),
  };
}

import type { Rounding } from "../quant/rounding.js";

/** A target's weight in the base's own form. It is seen as [K,N] here, however the form stores it. */
export interface WeightForm {
  readonly k: number;
  readonly n: number;
  /** Writes row `k` as the operator sees it, float32 [N], to `out`. */
  readRow(k: number, out: Float32Array): void;
  /** Starts a merge; the weight itself stays as it is. */
  merge(rounding: Rounding): WeightMerge;
}

/** A weight to which an update is being added. Rows are added once each, in ascending order. */
export interface WeightMerge {
  /**
   * Adds `update` [N], in units of the weights, to row `k`, in the form's own scheme: scales and zero points stay.
   * Writes to `applied` [N] by how much the stored row really changes, in the same units.
   * @returns whether any stored element changed
   */
  addRow(k: number, update: Float64Array, applied: Float64Array): boolean;
  /** The new elements of the weight's initializer, in the form's own layout. */
  finish(): Uint8Array;
}

/** How a form lays stored values out in the bytes of its initializer. */
export interface Codec {
  /** Stored values [K,N] row-major; a view of `bytes` where they lie so. */
  decode(bytes: Uint8Array): Int8Array | Uint8Array;
  /** The bytes of stored values; what stands for no element (padding) is as in `before`. */
  encode(stored: Int8Array | Uint8Array, before: Uint8Array): Uint8Array;
}

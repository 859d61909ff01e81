import { type Matrix, zeros } from "./matrix.js";

/**
 * A Tucker core [r, q, kernel] times a factor [q, C]: [r, C, kernel], as in LyCORIS functional/general.py
 * (rebuild_tucker) and PEFT tuners/loha/layer.py (make_weight_cp). So a product with it keeps the rank r.
 * Summed in float64 and rounded once.
 * @param core [r, q * positions], with the sizes of its kernel
 */
export function contractCore(core: Matrix, kernel: readonly number[], factor: Matrix): Matrix {
  const positions = kernel.reduce((product, size) => product * size, 1);
  const out = zeros(core.rows, factor.columns * positions);
  const sums = new Float64Array(out.columns);
  for (let r = 0; r < core.rows; r++) {
    sums.fill(0);
    for (let q = 0; q < factor.rows; q++)
      for (let channel = 0; channel < factor.columns; channel++) {
        const value = factor.data[q * factor.columns + channel]!;
        const from = r * core.columns + q * positions;
        for (let p = 0; p < positions; p++) sums[channel * positions + p]! += value * core.data[from + p]!;
      }
    out.data.set(sums, r * out.columns);
  }
  return out;
}

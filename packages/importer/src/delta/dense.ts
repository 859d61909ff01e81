import { invalid } from "../errors.js";
import { IMPORT_LIMITS } from "../limits.js";
import type { Delta, Factors } from "./delta.js";
import { identity, type Matrix, zeros } from "./matrix.js";

/**
 * The written-out delta as a low-rank form whose other factor is the identity: exact to float32, of rank min(N,K).
 */
export function denseFactors(delta: Delta): Factors {
  const { n, k } = delta;
  const whole = writeOut(delta);
  return k <= n
    ? { rank: k, a: identity(k), b: whole, scale: 1 }
    : { rank: n, a: whole, b: identity(n), scale: 1 };
}

/** The written-out delta [N,K], rounded to float32. */
export function writeOut(delta: Delta): Matrix {
  const matrix = zeros(delta.n, delta.k);
  const row = new Float64Array(delta.k);
  for (let i = 0; i < delta.n; i++) {
    delta.row(i, row);
    matrix.data.set(row, i * delta.k);
  }
  return matrix;
}

/**
 * Frobenius norm of the difference between a delta and a low-rank form, relative to the delta's own norm; 0 for two
 * zeros. Measured on the numbers as they are, not estimated.
 */
export function relativeError(delta: Delta, { rank, a, b, scale }: Factors): number {
  const wanted = new Float64Array(delta.k);
  const got = new Float64Array(delta.k);
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < delta.n; i++) {
    delta.row(i, wanted);
    got.fill(0);
    for (let t = 0; t < rank; t++) {
      const factor = scale * b.data[i * rank + t]!;
      if (factor === 0) continue;
      for (let j = 0; j < delta.k; j++) got[j]! += factor * a.data[t * delta.k + j]!;
    }
    for (let j = 0; j < delta.k; j++) {
      difference += (wanted[j]! - got[j]!) ** 2;
      norm += wanted[j]! ** 2;
    }
  }
  return norm === 0 ? (difference === 0 ? 0 : Number.POSITIVE_INFINITY) : Math.sqrt(difference / norm);
}

/** Refuses to write out a delta beyond IMPORT_LIMITS.denseElements. */
export function boundDense(n: number, k: number, where: string): void {
  if (n * k > IMPORT_LIMITS.denseElements)
    throw invalid(
      where,
      `expected at most ${IMPORT_LIMITS.denseElements} elements in a weight, found ${n} x ${k}`,
      "Is this a LoRA of that base?",
    );
}

import type { Delta } from "./delta.js";
import { denseFactors } from "./dense.js";
import { type Matrix, zeros } from "./matrix.js";

/**
 * The delta of a LoHa: scale * (w1a w1b) o (w2a w2b), o the product by elements (FedPara, arXiv:2108.06098; LyCORIS
 * modules/loha.py). Element (i,j) is the sum over p, q of w1a[i,p] w2a[i,q] w1b[p,j] w2b[q,j], which is a product of
 * two Khatri-Rao products: an exact low-rank form of rank r1 r2, or the written-out delta where that is smaller.
 * w1a, w2a are [N,r], w1b, w2b [r,K].
 */
export function lohaDelta(w1a: Matrix, w1b: Matrix, w2a: Matrix, w2b: Matrix, scale: number): Delta {
  const n = w1a.rows;
  const k = w1b.columns;
  const r1 = w1b.rows;
  const r2 = w2b.rows;
  const rank = Math.min(r1 * r2, n, k);
  const delta: Delta = {
    form: "LoHa",
    k,
    n,
    kernel: "any",
    exactRank: rank,
    exact: () =>
      rank < r1 * r2
        ? denseFactors(delta)
        : { rank, a: rowProducts(w1b, w2b), b: columnProducts(w1a, w2a), scale },
    row(i, out) {
      for (let j = 0; j < k; j++) {
        let one = 0;
        let two = 0;
        for (let p = 0; p < r1; p++) one += w1a.data[i * r1 + p]! * w1b.data[p * k + j]!;
        for (let q = 0; q < r2; q++) two += w2a.data[i * r2 + q]! * w2b.data[q * k + j]!;
        out[j] = scale * one * two;
      }
    },
  };
  return delta;
}

/** Row p r2 + q is the product by elements of row p of x and row q of y. */
function rowProducts(x: Matrix, y: Matrix): Matrix {
  const product = zeros(x.rows * y.rows, x.columns);
  for (let p = 0; p < x.rows; p++)
    for (let q = 0; q < y.rows; q++)
      for (let j = 0; j < x.columns; j++)
        product.data[(p * y.rows + q) * x.columns + j] =
          x.data[p * x.columns + j]! * y.data[q * x.columns + j]!;
  return product;
}

/** Column p r2 + q is the product by elements of column p of x and column q of y. */
function columnProducts(x: Matrix, y: Matrix): Matrix {
  const product = zeros(x.rows, x.columns * y.columns);
  for (let i = 0; i < x.rows; i++)
    for (let p = 0; p < x.columns; p++)
      for (let q = 0; q < y.columns; q++)
        product.data[i * product.columns + p * y.columns + q] =
          x.data[i * x.columns + p]! * y.data[i * y.columns + q]!;
  return product;
}

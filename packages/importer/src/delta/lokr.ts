import { Matrix as Dense, SingularValueDecomposition } from "ml-matrix";
import type { Delta, Factors } from "./delta.js";
import { denseFactors } from "./dense.js";
import { identity, type Matrix, multiply, zeros } from "./matrix.js";

/** One side of a Kronecker product: u v, of which one may be the identity. */
export interface Side {
  /** [rows, r] */
  readonly u: Matrix;
  /** [r, columns] */
  readonly v: Matrix;
}

/** A full matrix as a side of the smallest rank that holds for any matrix of its shape. */
export function fullSide(matrix: Matrix): Side {
  return matrix.rows <= matrix.columns
    ? { u: identity(matrix.rows), v: matrix }
    : { u: matrix, v: identity(matrix.columns) };
}

/**
 * The delta of a LoKr: scale * kron(w1, w2) (LyCORIS modules/lokr.py). With w1 = u1 v1 and w2 = u2 v2 it is
 * kron(u1, u2) kron(v1, v2): an exact low-rank form whose rank is the product of the sides' ranks, or the
 * written-out delta where that is smaller. Its singular values are the products of the sides', so the best form of a
 * given rank comes from two small decompositions.
 */
export function lokrDelta(one: Side, two: Side, scale: number): Delta {
  const w1 = multiply(one.u, one.v);
  const w2 = multiply(two.u, two.v);
  const n = w1.rows * w2.rows;
  const k = w1.columns * w2.columns;
  const full = one.v.rows * two.v.rows;
  const rank = Math.min(full, n, k);
  const delta: Delta = {
    form: "LoKr",
    k,
    n,
    kernel: two.v.kernel ?? "any",
    exactRank: rank,
    exact: () =>
      rank < full ? denseFactors(delta) : { rank, a: kron(one.v, two.v), b: kron(one.u, two.u), scale },
    row(i, out) {
      const upper = Math.floor(i / w2.rows) * w1.columns;
      const lower = (i % w2.rows) * w2.columns;
      for (let p = 0; p < w1.columns; p++) {
        const factor = scale * w1.data[upper + p]!;
        for (let q = 0; q < w2.columns; q++) out[p * w2.columns + q] = factor * w2.data[lower + q]!;
      }
    },
    truncated: (wanted) => truncateKron(w1, w2, scale, Math.min(wanted, rank)),
  };
  return delta;
}

function kron(x: Matrix, y: Matrix): Matrix {
  const product = zeros(x.rows * y.rows, x.columns * y.columns);
  for (let i = 0; i < product.rows; i++)
    for (let j = 0; j < product.columns; j++)
      product.data[i * product.columns + j] =
        x.data[Math.floor(i / y.rows) * x.columns + Math.floor(j / y.columns)]! *
        y.data[(i % y.rows) * y.columns + (j % y.columns)]!;
  return product;
}

/** Keeps the largest products of singular values; ties in the order of the sides. */
function truncateKron(w1: Matrix, w2: Matrix, scale: number, rank: number): Factors {
  const [one, two] = [w1, w2].map(decompose) as [SingularValueDecomposition, SingularValueDecomposition];
  const pairs = one.diagonal
    .flatMap((s, p) => two.diagonal.map((t, q) => ({ p, q, value: s * t })))
    .sort((x, y) => y.value - x.value)
    .slice(0, rank);
  const b = zeros(w1.rows * w2.rows, pairs.length);
  const a = zeros(pairs.length, w1.columns * w2.columns);
  pairs.forEach(({ p, q, value }, t) => {
    const root = Math.sqrt(value);
    for (let i = 0; i < b.rows; i++)
      b.data[i * pairs.length + t] =
        root *
        one.leftSingularVectors.get(Math.floor(i / w2.rows), p) *
        two.leftSingularVectors.get(i % w2.rows, q);
    for (let j = 0; j < a.columns; j++)
      a.data[t * a.columns + j] =
        root *
        one.rightSingularVectors.get(Math.floor(j / w2.columns), p) *
        two.rightSingularVectors.get(j % w2.columns, q);
  });
  return { rank: pairs.length, a, b, scale };
}

function decompose({ rows, columns, data }: Matrix): SingularValueDecomposition {
  return new SingularValueDecomposition(Dense.from1DArray(rows, columns, Array.from(data)), {
    autoTranspose: true,
  });
}

import { Matrix as Dense, QrDecomposition, SingularValueDecomposition } from "ml-matrix";
import type { Delta, Factors } from "./delta.js";
import { zeros } from "./matrix.js";

/** More directions than asked for, and rounds of power iteration: Halko, Martinsson, Tropp 2011, section 4. */
const OVERSAMPLING = 12;
const POWER_ROUNDS = 3;

/**
 * The best form of at most `rank` that a randomised singular value decomposition finds (Halko, Martinsson, Tropp,
 * arXiv:0909.4061, algorithms 4.4 and 5.1). Its random numbers come from a fixed seed: the same delta gives the same
 * factors. The singular values are shared evenly between both factors.
 */
export function truncate(delta: Delta, rank: number): Factors {
  const { n, k } = delta;
  const kept = Math.min(rank, n, k);
  const width = Math.min(kept + OVERSAMPLING, n, k);
  const rows: Float64Array[] = [];
  for (let i = 0; i < n; i++) {
    const row = new Float64Array(k);
    delta.row(i, row);
    rows.push(row);
  }
  let basis = orthonormal(timesDense(rows, gaussian(k, width)));
  for (let round = 0; round < POWER_ROUNDS; round++)
    basis = orthonormal(timesDense(rows, orthonormal(transposedTimesDense(rows, k, basis))));
  // delta ~ basis (basis^T delta); the small factor's SVD comes from its transpose's QR.
  const qr = new QrDecomposition(transposedTimesDense(rows, k, basis));
  const svd = new SingularValueDecomposition(qr.upperTriangularMatrix.transpose(), { autoTranspose: true });
  const left = basis.mmul(svd.leftSingularVectors);
  const right = qr.orthogonalMatrix.mmul(svd.rightSingularVectors);
  const a = zeros(kept, k);
  const b = zeros(n, kept);
  for (let t = 0; t < kept; t++) {
    const root = Math.sqrt(svd.diagonal[t] ?? 0);
    for (let j = 0; j < k; j++) a.data[t * k + j] = root * right.get(j, t);
    for (let i = 0; i < n; i++) b.data[i * kept + t] = root * left.get(i, t);
  }
  return { rank: kept, a, b, scale: 1 };
}

function orthonormal(matrix: Dense): Dense {
  return new QrDecomposition(matrix).orthogonalMatrix;
}

function timesDense(rows: readonly Float64Array[], right: Dense): Dense {
  const product = Dense.zeros(rows.length, right.columns);
  const columns = right.to2DArray();
  rows.forEach((row, i) => {
    const sum = new Float64Array(right.columns);
    for (let j = 0; j < row.length; j++) {
      const value = row[j]!;
      if (value === 0) continue;
      const line = columns[j]!;
      for (let c = 0; c < sum.length; c++) sum[c]! += value * line[c]!;
    }
    for (let c = 0; c < sum.length; c++) product.set(i, c, sum[c]!);
  });
  return product;
}

/** rows^T right: [k, columns]. */
function transposedTimesDense(rows: readonly Float64Array[], k: number, right: Dense): Dense {
  const sums = Array.from({ length: k }, () => new Float64Array(right.columns));
  rows.forEach((row, i) => {
    const line = right.getRow(i);
    for (let j = 0; j < k; j++) {
      const value = row[j]!;
      if (value === 0) continue;
      const sum = sums[j]!;
      for (let c = 0; c < sum.length; c++) sum[c]! += value * line[c]!;
    }
  });
  return new Dense(sums.map((sum) => Array.from(sum)));
}

/** Standard normal numbers by Box and Muller over mulberry32, a 32-bit generator, with a fixed seed. */
function gaussian(rows: number, columns: number): Dense {
  let state = 0x9e3779b9;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  const matrix = Dense.zeros(rows, columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      matrix.set(i, j, Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
  return matrix;
}

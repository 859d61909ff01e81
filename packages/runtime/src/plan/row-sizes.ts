import type { Pacer } from "../pacer.js";

/** The factors of an update u(i, j) = sum over r of left[i, r] * right[j, r]. */
interface Factors {
  readonly rank: number;
  /** [rows][rank] */
  readonly left: Float64Array;
  /** [columns][rank] */
  readonly right: Float64Array;
}

/** Rows between two looks at the clock. */
const STRETCH = 64;

/**
 * The square of each row of an update, summed over its columns: left (right^T right) left^T, so that ranks that work
 * against each other count as what is left of them. In units of the weights, squared.
 * @throws the pacer's abort reason
 */
export async function rowSizes({ rank, left, right }: Factors, pacer: Pacer): Promise<Float64Array> {
  const inner = await gram(right, rank, pacer);
  const rows = left.length / rank;
  const sizes = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    if (i % STRETCH === 0) await pacer.due();
    const from = i * rank;
    let size = 0;
    for (let r = 0, at = 0; r < rank; r++) {
      let along = 0;
      for (let s = 0; s <= r; s++) along += inner[at++]! * left[from + s]!;
      size += along * left[from + r]!;
    }
    sizes[i] = Math.max(0, size);
  }
  return sizes;
}

/** The lower triangle of factor^T factor, row by row, with all but the diagonal twice. */
async function gram(factor: Float64Array, rank: number, pacer: Pacer): Promise<Float64Array> {
  const inner = new Float64Array((rank * (rank + 1)) / 2);
  for (let from = 0; from < factor.length; from += rank) {
    if (from % (STRETCH * rank) === 0) await pacer.due();
    for (let r = 0, at = 0; r < rank; r++) {
      const own = factor[from + r]!;
      const twice = 2 * own;
      for (let s = 0; s < r; s++) inner[at++]! += twice * factor[from + s]!;
      inner[at++]! += own * own;
    }
  }
  return inner;
}

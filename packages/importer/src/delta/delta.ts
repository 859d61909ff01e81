import type { Matrix } from "./matrix.js";

/** An update in low-rank form: scale * b a. */
export interface Factors {
  readonly rank: number;
  /** [rank, K] */
  readonly a: Matrix;
  /** [N, rank] */
  readonly b: Matrix;
  readonly scale: number;
}

/**
 * The update of one module, delta W [N,K], in whatever form its file holds it.
 * An importer makes these with lowRankDelta, lohaDelta, lokrDelta and doraDelta.
 */
export interface Delta {
  /** Name of the form, for messages. */
  readonly form: string;
  /** Input features; of a convolution its input channels times the positions of the kernel. */
  readonly k: number;
  /** Output features. */
  readonly n: number;
  /**
   * Sizes of a convolution's kernel; undefined where there is none, "any" where the file holds it flattened, so that the
   * target says it.
   */
  readonly kernel?: readonly number[] | "any" | undefined;
  /** Rank of `exact()`; min(N,K) at most, which the written-out delta has. */
  readonly exactRank: number;
  /** The exact form. */
  exact(): Factors;
  /** Writes row i of the delta, K numbers in float64. */
  row(i: number, out: Float64Array): void;
  /**
   * Present where the file doesn't say K: the update of a layer of so many input features; undefined for more than the
   * file can fill.
   */
  ofWidth?(k: number): Delta | undefined;
  /** Best form of at most this rank, where the structure gives it more cheaply than the written-out delta. */
  truncated?(rank: number): Factors;
}

/** The delta of a plain LoRA: scale * b a, with a [r,K] and b [N,r]. */
export function lowRankDelta(a: Matrix, b: Matrix, scale: number): Delta {
  const rank = a.rows;
  return {
    form: "LoRA",
    k: a.columns,
    n: b.rows,
    kernel: a.kernel,
    exactRank: rank,
    exact: () => ({ rank, a, b, scale }),
    row(i, out) {
      out.fill(0);
      for (let t = 0; t < rank; t++) {
        const factor = scale * b.data[i * rank + t]!;
        if (factor === 0) continue;
        for (let j = 0; j < a.columns; j++) out[j]! += factor * a.data[t * a.columns + j]!;
      }
    },
  };
}

/** Rows [start, end) of a delta, as when one module of a file is several targets of the base side by side. */
export function sliceDelta(delta: Delta, start: number, end: number): Delta {
  if (start === 0 && end === delta.n) return delta;
  const cut = (factors: Factors): Factors => {
    const { rank } = factors;
    const data = factors.b.data.slice(start * rank, end * rank);
    return { ...factors, b: { rows: end - start, columns: rank, data } };
  };
  const { truncated } = delta;
  return {
    ...delta,
    n: end - start,
    exact: () => cut(delta.exact()),
    row: (i, out) => delta.row(start + i, out),
    ...(truncated && { truncated: (rank: number) => cut(truncated(rank)) }),
  };
}

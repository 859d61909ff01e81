import type { Delta } from "./delta.js";
import { denseFactors } from "./dense.js";
import type { Matrix } from "./matrix.js";

/** What DoRA adds to an update: the length of every row (or column) of the changed weight. */
export interface Magnitude {
  /** [N] for rows, [K] for columns. */
  readonly values: Float32Array;
  /** rows: one length for each output feature (PEFT, LyCORIS); columns: for each input (LyCORIS wd_on_out=False). */
  readonly along: "rows" | "columns";
}

/**
 * The delta of DoRA (arXiv:2402.09353): W' = m / ||W + d|| * (W + d), so delta = W' - W, with d the inner update and
 * W the base's own weight [N,K]. Of full rank in general: its exact form is the written-out one, of rank min(N,K).
 */
export function doraDelta(inner: Delta, { values, along }: Magnitude, weight: Matrix): Delta {
  const { n, k } = inner;
  const sum = new Float64Array(k);
  const changed = (i: number) => {
    inner.row(i, sum);
    for (let j = 0; j < k; j++) sum[j]! += weight.data[i * k + j]!;
    return sum;
  };
  const norms = new Float64Array(along === "rows" ? n : k);
  for (let i = 0; i < n; i++) {
    const row = changed(i);
    for (let j = 0; j < k; j++) norms[along === "rows" ? i : j]! += row[j]! ** 2;
  }
  const gains = norms.map((square, index) => (square === 0 ? 0 : values[index]! / Math.sqrt(square)));
  const delta: Delta = {
    form: "DoRA",
    k,
    n,
    kernel: inner.kernel,
    exactRank: Math.min(n, k),
    exact: () => denseFactors(delta),
    row(i, out) {
      const row = changed(i);
      for (let j = 0; j < k; j++)
        out[j] = gains[along === "rows" ? i : j]! * row[j]! - weight.data[i * k + j]!;
    },
  };
  return delta;
}

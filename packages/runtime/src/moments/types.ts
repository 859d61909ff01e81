/**
 * Second moments of what a layer reads, E[x x^T], as a diagonal and a few directions: diag(diagonal) + F F^T. Only
 * their ratios count.
 */
export interface Moments {
  /** [K] */
  readonly diagonal: Float64Array;
  readonly rank: number;
  /** F, [K][rank] */
  readonly factors: Float64Array;
}

/** The names of an input's tensors in a file of moments. */
export function momentNames({ graph, input }: { readonly graph: string; readonly input: string }) {
  return { diagonal: `${graph}/${input}/diagonal`, factors: `${graph}/${input}/factors` };
}

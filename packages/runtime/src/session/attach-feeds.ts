import type { LowRank } from "@banana-peel/format";
import type { OpenGraph } from "../base/open-graph.js";
import type { Feeds, Ort } from "../ort.js";
import type { Part } from "../plan/updates.js";
import { branchInputs } from "./attach-model.js";

/**
 * What feeds the branches of a graph. Several peels on one target are exact: their A stand side by side and their B
 * below each other, along the rank. Weights and alpha / rank are folded into B. Targets without parts get rank 0.
 * @param attached parts by target path, of the targets that are attached
 */
export function attachFeeds(
  ort: Ort,
  graph: OpenGraph,
  attached: ReadonlyMap<string, readonly Part[]>,
): Feeds {
  const feeds: Record<string, Feeds[string]> = {};
  for (const { target } of graph.targets.values()) {
    const { a, b } = branchInputs(target.path);
    const parts = attached.get(target.path) ?? [];
    const rank = parts.reduce((sum, part) => sum + part.lowRank.rank, 0);
    feeds[a] = new ort.Tensor("float32", stackA(parts, target.k, rank), [target.k, rank]);
    feeds[b] = new ort.Tensor("float32", stackB(parts, target.n, rank), [rank, target.n]);
  }
  return feeds;
}

/** A of the branch, [K,R]: every part's lora_A [r,K] transposed, side by side. */
function stackA(parts: readonly Part[], k: number, rank: number): Float32Array {
  if (parts.length === 1) return transposed(parts[0]!.lowRank).a;
  const out = new Float32Array(k * rank);
  let first = 0;
  for (const { lowRank } of parts) {
    const { a } = transposed(lowRank);
    const own = lowRank.rank;
    for (let row = 0; row < k; row++)
      for (let r = 0; r < own; r++) out[row * rank + first + r] = a[row * own + r]!;
    first += own;
  }
  return out;
}

/** B of the branch, [R,N]: every part's lora_B [N,r] transposed and times its factor, below each other. */
function stackB(parts: readonly Part[], n: number, rank: number): Float32Array {
  const out = new Float32Array(rank * n);
  let first = 0;
  for (const { lowRank, factor } of parts) {
    const { b } = transposed(lowRank);
    for (let i = 0; i < b.length; i++) out[first + i] = b[i]! * factor;
    first += b.length;
  }
  return out;
}

const cache = new WeakMap<LowRank, { a: Float32Array; b: Float32Array }>();

/** lora_A as [K,r] and lora_B as [r,N]; remembered, so that a swap only multiplies. */
function transposed(lowRank: LowRank): { a: Float32Array; b: Float32Array } {
  let both = cache.get(lowRank);
  if (both === undefined) {
    const { rank, k, n } = lowRank;
    both = { a: transpose(lowRank.a, rank, k), b: transpose(lowRank.b, n, rank) };
    cache.set(lowRank, both);
  }
  return both;
}

function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = matrix[row * columns + column]!;
  return out;
}

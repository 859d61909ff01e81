import type { LowRank } from "@banana-peel/format";
import type { OpenTarget } from "../base/check-target.js";
import type { OpenGraph } from "../base/open-graph.js";
import type { Feeds, Ort } from "../ort.js";
import type { Part } from "../plan/updates.js";
import { type Branch, branchesOf, inputB } from "./branches.js";
import { convolutionA, convolutionB } from "./convolution-feeds.js";
import { recall } from "./recall.js";
import { transposed } from "./transposed.js";

/**
 * What feeds the branches of a graph. Several peels on one target are exact: their A stand side by side and their B
 * below each other, along the rank. Weights and alpha / rank are folded into B. Targets without parts get rank 0.
 * Tensors are remembered, so that peels that come back with the same weights cost nothing.
 * @param attached parts by target path, of the targets that are attached
 */
export function attachFeeds(
  ort: Ort,
  graph: OpenGraph,
  attached: ReadonlyMap<string, readonly Part[]>,
): Feeds {
  const feeds: Record<string, Feeds[string]> = {};
  for (const branch of branchesOf(graph)) {
    const parts = branch.targets.map(({ target }) => attached.get(target.path) ?? []);
    const ranks = parts.map((own) => own.reduce((sum, { lowRank }) => sum + lowRank.rank, 0));
    feeds[branch.a] = tensorA(ort, branch, parts.flat());
    if (branch.split !== undefined)
      feeds[branch.split] = recall(branch, [ort, ...ranks], () => {
        return new ort.Tensor("int64", BigInt64Array.from(ranks, BigInt), [ranks.length]);
      });
    for (const [i, open] of branch.targets.entries())
      feeds[inputB(open.target.path)] = tensorB(ort, open, parts[i]!, ranks[i]!);
  }
  return feeds;
}

/** A of all parts, [K, sum of R]: every lora_A [r,K] transposed, side by side. */
function tensorA(ort: Ort, branch: Branch, parts: readonly Part[]): Feeds[string] {
  const key = parts.map(({ lowRank }) => lowRank);
  return recall(parts[0]?.lowRank ?? branch, [ort, "A", ...key], () => {
    const { k } = branch;
    const { target } = branch.targets[0]!;
    if (target.kernel !== undefined) {
      const { data, dims } = convolutionA(target, key);
      return new ort.Tensor("float32", data, dims);
    }
    const all = key.reduce((sum, { rank }) => sum + rank, 0);
    return new ort.Tensor("float32", key.length === 1 ? transposed(key[0]!).a : stackA(key, k, all), [
      k,
      all,
    ]);
  });
}

/** B of a target, [R,N]: every part's lora_B [N,r] transposed and times its factor, below each other. */
function tensorB(ort: Ort, open: OpenTarget, parts: readonly Part[], rank: number): Feeds[string] {
  const key = parts.flatMap(({ lowRank, factor }) => [lowRank, factor]);
  const { n } = open.target;
  return recall(parts[0]?.lowRank ?? open, [ort, "B", ...key], () => {
    if (open.target.kernel !== undefined) {
      const { data, dims } = convolutionB(open.target, parts);
      return new ort.Tensor("float32", data, dims);
    }
    return new ort.Tensor("float32", stackB(parts, n, rank), [rank, n]);
  });
}

function stackA(lowRanks: readonly LowRank[], k: number, all: number): Float32Array {
  const out = new Float32Array(k * all);
  let first = 0;
  for (const lowRank of lowRanks) {
    const { a } = transposed(lowRank);
    const own = lowRank.rank;
    for (let row = 0; row < k; row++)
      for (let r = 0; r < own; r++) out[row * all + first + r] = a[row * own + r]!;
    first += own;
  }
  return out;
}

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

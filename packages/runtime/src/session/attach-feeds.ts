import type { OpenTarget } from "../base/check-target.js";
import type { OpenGraph } from "../base/open-graph.js";
import type { Feeds, Ort } from "../ort.js";
import type { Part } from "../plan/updates.js";
import type { AttachOptions } from "./attach-model.js";
import { type Branch, branchesOf, isScaledInside } from "./branches.js";
import { convolutionA, convolutionB } from "./convolution-feeds.js";
import { isInPlace } from "./in-place.js";
import { type Pack, type Packs, packsFor, RANKS } from "./packs.js";
import { Recall } from "./recall.js";
import { transposedA, transposedB } from "./transposed.js";

const NONE: readonly Part[] = [];
const firsts = new Recall();
const seconds = new Recall();
const ranks = new Recall();

/**
 * What feeds the branches of a graph. Several peels on one target are exact: their A stand side by side and their B
 * below each other, along the rank. Weights and alpha / rank are folded into B, or of wide layers given beside it. Targets
 * without parts get rank 0. Tensors without weights in them are remembered: of peels that come back with other weights
 * only the others are made anew.
 * @param attached parts by target path, of the targets that are attached
 * @param options those that attachEdits was given
 */
export function attachFeeds(
  ort: Ort,
  graph: OpenGraph,
  attached: ReadonlyMap<string, readonly Part[]>,
  { only, inPlaceFrom = Number.POSITIVE_INFINITY }: AttachOptions = {},
): Feeds {
  const packs = packsFor(graph, only);
  const partsOf = ({ target }: OpenTarget) => attached.get(target.path) ?? NONE;
  const feeds: Record<string, Feeds[string]> = packs === undefined ? {} : packFeeds(ort, packs, partsOf);
  for (const branch of branchesOf(graph, only)) {
    const { factors, targets, split } = branch;
    const parts = targets.map(partsOf);
    const planes = isInPlace(branch, graph, inPlaceFrom);
    if (!packs?.tensors.has(branch.a))
      feeds[branch.a] = tensorA(ort, branch, parts.length === 1 ? parts[0]! : parts.flat());
    if (factors !== undefined && !packs?.tensors.has(factors))
      feeds[factors] = tensorFactors(ort, targets, partsOf);
    if (split !== undefined && packs === undefined) feeds[split] = integers(ort, branch, parts.map(rankOf));
    for (let i = 0; i < targets.length; i++)
      if (!packs?.tensors.has(branch.b[i]!))
        feeds[branch.b[i]!] = tensorB(ort, targets[i]!, parts[i]!, planes);
  }
  return feeds;
}

/** What feeds the packs: rows of lora_A as they are, of lora_B transposed and times their factor, and how many. */
function packFeeds(
  ort: Ort,
  { a, b, factors, sections }: Packs,
  partsOf: (open: OpenTarget) => readonly Part[],
): Record<string, Feeds[string]> {
  const feeds: Record<string, Feeds[string]> = {};
  const counts = sections.flatMap(({ parts }) => {
    return parts.map((targets) => targets.reduce((sum, open) => sum + rankOf(partsOf(open)), 0));
  });
  if (counts.length > 0) feeds[RANKS] = integers(ort, sections, counts);
  for (const pack of a) {
    const lowRanks = packed(pack, partsOf).map(({ lowRank }) => lowRank);
    feeds[pack.input] = firsts.get(lowRanks[0] ?? pack, [ort, pack, ...lowRanks], () => {
      const rows = lowRanks.reduce((sum, { rank }) => sum + rank, 0);
      const data = new Float32Array(rows * pack.width);
      let first = 0;
      for (const { a } of lowRanks) {
        data.set(a, first);
        first += a.length;
      }
      return new ort.Tensor("float32", data, [rows, pack.width]);
    });
  }
  for (const pack of b) {
    const parts = packed(pack, partsOf);
    const rank = rankOf(parts);
    const make = () => new ort.Tensor("float32", stackB(parts, pack.width, rank), [rank, pack.width]);
    feeds[pack.input] = parts.length === 0 ? seconds.get(pack, [ort], make) : make();
  }
  for (const { input, parts } of factors) {
    const targets = parts.flatMap((one) => one.targets);
    feeds[input] = tensorFactors(ort, targets, partsOf);
  }
  return feeds;
}

/** What the columns of the products of targets are multiplied with, [sum of R]: 1 where B holds it. */
function tensorFactors(
  ort: Ort,
  targets: readonly OpenTarget[],
  partsOf: (open: OpenTarget) => readonly Part[],
): Feeds[string] {
  const factors = new Float32Array(targets.reduce((sum, open) => sum + rankOf(partsOf(open)), 0));
  let first = 0;
  for (const open of targets) {
    const inside = isScaledInside(open);
    for (const { lowRank, factor } of partsOf(open)) {
      factors.fill(inside ? factor : 1, first, first + lowRank.rank);
      first += lowRank.rank;
    }
  }
  return new ort.Tensor("float32", factors, [factors.length]);
}

function packed({ parts }: Pack, partsOf: (open: OpenTarget) => readonly Part[]): Part[] {
  return parts.flatMap(({ targets }) => targets.flatMap(partsOf));
}

function integers(ort: Ort, owner: object, values: readonly number[]): Feeds[string] {
  return ranks.get(owner, [ort, ...values], () => {
    return new ort.Tensor("int64", BigInt64Array.from(values, BigInt), [values.length]);
  });
}

function rankOf(parts: readonly Part[]): number {
  let rank = 0;
  for (const { lowRank } of parts) rank += lowRank.rank;
  return rank;
}

/** A of all parts, [K, sum of R]: every lora_A [r,K] transposed, side by side. Weights don't matter to it. */
function tensorA(ort: Ort, branch: Branch, parts: readonly Part[]): Feeds[string] {
  const lowRanks = parts.map(({ lowRank }) => lowRank);
  return firsts.get(lowRanks[0] ?? branch, [ort, ...lowRanks], () => {
    const { k } = branch;
    const { target } = branch.targets[0]!;
    if (target.kernel !== undefined) {
      const { data, dims } = convolutionA(target, lowRanks);
      return new ort.Tensor("float32", data, dims);
    }
    const rank = rankOf(parts);
    return new ort.Tensor("float32", stackA(parts, k, rank), [k, rank]);
  });
}

/**
 * B of a target, [R,N], or [1,R,N] as a plane: every part's lora_B [N,r] transposed, below each other; times its factor,
 * unless the product with A gets that.
 */
function tensorB(ort: Ort, open: OpenTarget, parts: readonly Part[], plane: boolean): Feeds[string] {
  const { n, kernel } = open.target;
  const rank = rankOf(parts);
  const dims = plane ? [1, rank, n] : [rank, n];
  const make = () => {
    if (kernel !== undefined) {
      const { data, dims } = convolutionB(open.target, parts);
      return new ort.Tensor("float32", data, dims);
    }
    return new ort.Tensor("float32", stackB(parts, n, rank), dims);
  };
  if (parts.length === 0) return seconds.get(open, [ort, plane], make);
  if (!isScaledInside(open)) return make();
  const lowRanks = parts.map(({ lowRank }) => lowRank);
  return seconds.get(lowRanks[0]!, [ort, plane, ...lowRanks], () => {
    const [first] = parts;
    const data =
      parts.length === 1
        ? transposedB(first!.lowRank)
        : stackB(
            parts.map((part) => ({ ...part, factor: 1 })),
            n,
            rank,
          );
    return new ort.Tensor("float32", data, dims);
  });
}

function stackA(parts: readonly Part[], k: number, all: number): Float32Array {
  if (parts.length === 1) return transposedA(parts[0]!.lowRank);
  const out = new Float32Array(k * all);
  let first = 0;
  for (const { lowRank } of parts) {
    interleave(transposedA(lowRank), lowRank.rank, out, all, first);
    first += lowRank.rank;
  }
  return out;
}

/** Copies rows of `own` elements to rows of `all`, from column `first` on. */
function interleave(from: Float32Array, own: number, to: Float32Array, all: number, first: number): void {
  for (let i = 0, row = first; i < from.length; row += all)
    for (let column = row; column < row + own; column++) to[column] = from[i++]!;
}

function stackB(parts: readonly Part[], n: number, rank: number): Float32Array {
  const out = new Float32Array(rank * n);
  let first = 0;
  for (const { lowRank, factor } of parts) {
    const b = transposedB(lowRank);
    scale(b, factor, out, first);
    first += b.length;
  }
  return out;
}

function scale(from: Float32Array, factor: number, to: Float32Array, first: number): void {
  if (factor === 1) to.set(from, first);
  else for (let i = 0; i < from.length; i++) to[first + i] = from[i]! * factor;
}

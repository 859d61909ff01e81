import type { LowRank, Target } from "@banana-peel/format";
import type { Part } from "../plan/updates.js";

/** A tensor of a branch: float32 elements and their sizes. */
export interface BranchTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/**
 * A of a convolution's branch with all parts side by side along the rank: [groups R, channels / groups, kernel] (of
 * ConvTranspose [channels, R, kernel]), the same for every group. Without parts the rank is 1 and all is 0: not every
 * kernel convolves with no channels.
 */
export function convolutionA(
  { k, kernel = [], groups = 1, layout }: Target,
  lowRanks: readonly LowRank[],
): BranchTensor {
  const channels = kernel.reduce((rest, size) => rest / size, k);
  const positions = k / channels;
  const rank = rankOf(lowRanks);
  const stacked = stackA(lowRanks, k, rank);
  if (layout === "cns") {
    const data = byChannel(stacked, { rank, channels, positions, groups });
    return { data, dims: [channels * groups, rank, ...kernel] };
  }
  const data = new Float32Array(groups * rank * k);
  for (let group = 0; group < groups; group++) data.set(stacked, group * rank * k);
  return { data, dims: [groups * rank, channels, ...kernel] };
}

/** B of a convolution's branch, [N, R, 1, ...], with the factors in it. */
export function convolutionB({ n, kernel = [] }: Target, parts: readonly Part[]): BranchTensor {
  const rank = rankOf(parts.map(({ lowRank }) => lowRank));
  return { data: stackB(parts, n, rank), dims: [n, rank, ...kernel.map(() => 1)] };
}

function rankOf(lowRanks: readonly LowRank[]): number {
  return Math.max(
    1,
    lowRanks.reduce((sum, { rank }) => sum + rank, 0),
  );
}

/** lora_A of all parts below each other, [R,K]. */
function stackA(lowRanks: readonly LowRank[], k: number, rank: number): Float32Array {
  const out = new Float32Array(rank * k);
  let first = 0;
  for (const lowRank of lowRanks) {
    out.set(lowRank.a, first);
    first += lowRank.a.length;
  }
  return out;
}

/** lora_B of all parts side by side, [N,R], each times its factor. */
function stackB(parts: readonly Part[], n: number, rank: number): Float32Array {
  const out = new Float32Array(n * rank);
  let first = 0;
  for (const { lowRank, factor } of parts) {
    copyB(lowRank, factor, out, rank, first);
    first += lowRank.rank;
  }
  return out;
}

function copyB({ b, n, rank: own }: LowRank, factor: number, out: Float32Array, rank: number, first: number) {
  for (let row = 0; row < n; row++)
    for (let r = 0; r < own; r++) out[row * rank + first + r] = b[row * own + r]! * factor;
}

/** [R, channels / groups, positions] as [channels, R, positions], once for every group. */
function byChannel(
  values: Float32Array,
  {
    rank,
    channels,
    positions,
    groups,
  }: { rank: number; channels: number; positions: number; groups: number },
): Float32Array {
  const out = new Float32Array(groups * values.length);
  for (let channel = 0; channel < channels * groups; channel++)
    for (let r = 0; r < rank; r++) {
      const from = (r * channels + (channel % channels)) * positions;
      out.set(values.subarray(from, from + positions), (channel * rank + r) * positions);
    }
  return out;
}

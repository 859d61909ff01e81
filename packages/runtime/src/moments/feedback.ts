import type { Pacer } from "../pacer.js";
import type { UpdatePart } from "../plan/updates.js";
import type { Moments } from "./types.js";

/**
 * How much an error along what an adapter reads counts, in units of the mean of the diagonal. Moments alone would let the
 * part of the update go that inputs rarely show; docs/guides/rounding.md has what each gives.
 */
export const OWN_WEIGHT = 100;

/** How the errors of rows before a row change it: for each k, change = coefficients[k] . (sum over j < k of directions[j] e_j). */
export interface Feedback {
  readonly width: number;
  /** [K][width] */
  readonly directions: Float64Array;
  /** [K][width] */
  readonly coefficients: Float64Array;
}

/**
 * Error feedback for M = diag(d) + V V^T, V being the moments' factors beside the rows of every part's lora_A, each at the
 * length sqrt(OWN_WEIGHT * mean(d)): M = U D U^T with U upper unit triangular gives row k, once those before it are
 * rounded with the errors e_j, the best place w_k - sum over j < k of U_jk e_j (QuIP, arXiv:2307.13304, LDLQ, equal to
 * GPTQ), and U_jk = V_j . g_k. The order of operations is fixed, in doubles; specification: docs/specification/base.md,
 * Merging.
 */
export async function feedbackOf(
  { diagonal, rank, factors }: Moments,
  parts: readonly UpdatePart[],
  pacer: Pacer,
): Promise<Feedback> {
  const k = diagonal.length;
  const width = parts.reduce((sum, { lowRank }) => sum + lowRank.rank, rank);
  const directions = new Float64Array(k * width);
  for (let i = 0; i < k; i++)
    for (let r = 0; r < rank; r++) directions[i * width + r] = factors[i * rank + r]!;
  let total = 0;
  for (let i = 0; i < k; i++) total += diagonal[i]!;
  const weight = OWN_WEIGHT * (total / k);
  let at = rank;
  for (const { lowRank } of parts)
    for (let r = 0; r < lowRank.rank; r++, at++) {
      let square = 0;
      for (let i = 0; i < k; i++) square += lowRank.a[r * k + i]! * lowRank.a[r * k + i]!;
      if (square === 0) continue;
      const factor = Math.sqrt(weight / square);
      for (let i = 0; i < k; i++) directions[i * width + at] = lowRank.a[r * k + i]! * factor;
    }
  return { width, directions, coefficients: await coefficientsOf(diagonal, directions, width, pacer) };
}

/** g_k = S v_k / D_k, where S = (I + sum over j > k of v_j v_j^T / d_j)^-1 and D_k = d_k + v_k . S v_k. */
async function coefficientsOf(
  diagonal: Float64Array,
  directions: Float64Array,
  width: number,
  pacer: Pacer,
): Promise<Float64Array> {
  const coefficients = new Float64Array(directions.length);
  const inverse = new Float64Array(width * width);
  for (let i = 0; i < width; i++) inverse[i * width + i] = 1;
  const product = new Float64Array(width);
  for (let k = diagonal.length - 1; k >= 0; k--) {
    const pause = pacer.due();
    if (pause !== undefined) await pause;
    const own = directions.subarray(k * width, (k + 1) * width);
    let left = diagonal[k]!;
    for (let i = 0; i < width; i++) {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += inverse[i * width + j]! * own[j]!;
      product[i] = sum;
    }
    for (let i = 0; i < width; i++) left += own[i]! * product[i]!;
    const g = coefficients.subarray(k * width, (k + 1) * width);
    for (let i = 0; i < width; i++) g[i] = product[i]! / left;
    for (let i = 0; i < width; i++)
      for (let j = 0; j < width; j++) inverse[i * width + j]! -= product[i]! * g[j]!;
  }
  return coefficients;
}

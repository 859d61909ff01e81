import type { DitherSeed, Plane } from "@banana-peel/onnx";
import type { Part } from "../plan/updates.js";
import type { FoldTask } from "./types.js";

/**
 * The task that folds parts into a plane. Ranks stand one behind the other in the order of the parts; weights and
 * alpha / rank are multiplied into lora_B in float64, as updateRows does.
 */
export function foldTask(plane: Plane, parts: readonly Part[], seed: DitherSeed | undefined): FoldTask {
  const rank = parts.reduce((sum, { lowRank }) => sum + lowRank.rank, 0);
  const [k, n] = plane.turned ? [plane.columns, plane.rows] : [plane.rows, plane.columns];
  const inputs = new Float64Array(k * rank);
  const outputs = new Float64Array(n * rank);
  let before = 0;
  for (const { lowRank, factor } of parts) {
    const { a, b, rank: own } = lowRank;
    for (let r = 0; r < own; r++) for (let i = 0; i < k; i++) inputs[i * rank + before + r] = a[r * k + i]!;
    for (let i = 0; i < n; i++)
      for (let r = 0; r < own; r++) outputs[i * rank + before + r] = factor * b[i * own + r]!;
    before += own;
  }
  const [left, right] = plane.turned ? [outputs, inputs] : [inputs, outputs];
  return { plane, rank, left, right, seed };
}

import { nearest, type WeightForm } from "@banana-peel/onnx";
import type { Pacer } from "../pacer.js";
import type { MergedTarget } from "../plan/merge-target.js";
import { type UpdatePart, updateRows } from "../plan/updates.js";
import { feedbackOf } from "./feedback.js";
import { SeenChange } from "./seen-change.js";
import type { Moments } from "./types.js";

/**
 * Folds an update into a weight in its own form, as mergeTarget does, but passes the error of every row on to the rows
 * behind it, so that what inputs see of the errors cancels out. Gain and error are those that the layer's outputs see.
 * The same input gives the same bytes on every machine.
 */
export async function calibrateTarget(
  form: WeightForm,
  parts: readonly UpdatePart[],
  moments: Moments,
  pacer: Pacer,
): Promise<MergedTarget> {
  const { k, n } = form;
  const { width, directions, coefficients } = await feedbackOf(moments, parts, pacer);
  const update = new Float64Array(n);
  const wanted = new Float64Array(n);
  const applied = new Float64Array(n);
  /** Sum over the rows so far of directions * errors, [width][n]. */
  const passed = new Float64Array(width * n);
  const updateRow = updateRows(parts, n);
  const merge = form.merge(nearest);
  const seen = new SeenChange(moments, n);
  for (let row = 0; row < k; row++) {
    const pause = pacer.due();
    if (pause !== undefined) await pause;
    updateRow(row, update);
    wanted.fill(0);
    for (let i = 0; i < width; i++) {
      const g = coefficients[row * width + i]!;
      const first = i * n;
      for (let column = 0; column < n; column++) wanted[column]! += g * passed[first + column]!;
    }
    for (let column = 0; column < n; column++) wanted[column] = update[column]! - wanted[column]!;
    const changed = merge.addRow(row, wanted, applied);
    seen.add(row, update, applied, changed);
    for (let i = 0; i < width; i++) {
      const v = directions[row * width + i]!;
      const first = i * n;
      for (let column = 0; column < n; column++)
        passed[first + column]! += v * (applied[column]! - update[column]!);
    }
  }
  return { bytes: merge.finish(), erased: seen.erased, ...seen.retention };
}

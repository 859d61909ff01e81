import { dither, ditherSeed, nearest, type Rounding, type WeightForm } from "@banana-peel/onnx";
import type { Pacer } from "../pacer.js";
import { Measure } from "./measure.js";
import type { Retention, RoundingName } from "./types.js";
import { type Part, updateRows } from "./updates.js";

/** A target's weight with an update folded in. */
export interface MergedTarget extends Retention {
  /** The elements of its initializer, in the base's own form. */
  readonly bytes: Uint8Array;
  /** True when something was intended and rounding left no element changed. */
  readonly erased: boolean;
}

/**
 * Folds an update into a weight in its own form: same scales, same zero points, the scheme's range respected; and
 * measures, on the stored values that come out, how much of the update is there. The same input gives the same
 * bytes on every machine.
 */
export async function mergeTarget(
  form: WeightForm,
  parts: readonly Part[],
  rounding: Rounding,
  pacer: Pacer,
): Promise<MergedTarget> {
  const { k, n } = form;
  const update = new Float64Array(n);
  const applied = new Float64Array(n);
  const updateRow = updateRows(parts, n);
  const merge = form.merge(rounding);
  const measure = new Measure();
  for (let row = 0; row < k; row++) {
    await pacer.pause();
    updateRow(row, update);
    const changed = merge.addRow(row, update, applied);
    measure.add(update, applied, changed);
  }
  return { bytes: merge.finish(), erased: measure.erased, ...measure.retention };
}

/**
 * The rounding of that name for one target. Dither is seeded by the base's digest and the target's path, so the
 * same peel on the same base rounds in the same way everywhere.
 */
export async function roundingFor(
  name: Exclude<RoundingName, "calibrated">,
  baseDigest: string,
  path: string,
): Promise<Rounding> {
  return name === "nearest" ? nearest : dither(await ditherSeed(`${baseDigest}\n${path}`));
}

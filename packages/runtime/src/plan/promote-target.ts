import { type Promoted, promote, type WeightForm } from "@banana-peel/onnx";
import type { OpenTarget } from "../base/check-target.js";
import type { Pacer } from "../pacer.js";
import { Measure } from "./measure.js";
import type { Retention } from "./types.js";
import { type Part, updateRows } from "./updates.js";

/** A target's weight with an update folded in, in 8 bits. */
export interface PromotedTarget extends Retention {
  readonly promoted: Promoted;
  readonly erased: boolean;
}

/**
 * True for weights of fewer than 8 bits in blocks: those whose operator takes 8 bits in blocks too. Bytes of
 * GatherBlockQuantized are in blocks along its rows only.
 */
export function canPromote({ target: { scheme } }: Pick<OpenTarget, "target">): boolean {
  if (scheme.form === "gatherblock" && scheme.axis === 0) return false;
  return scheme.granularity === "block" && scheme.bits < 8;
}

/** Folds an update into a weight and puts the sum into int8 with blocks of 32; measured as mergeTarget measures. */
export async function promoteTarget(
  { scale, target }: OpenTarget,
  form: WeightForm,
  parts: readonly Part[],
  pacer: Pacer,
): Promise<PromotedTarget> {
  const { k, n } = form;
  const update = new Float64Array(n);
  const applied = new Float64Array(n);
  const updateRow = updateRows(parts, n);
  const along = target.scheme.form === "gatherblock" ? "n" : "k";
  const promotion = promote(form, scale!.dataType, target.path, along);
  for (let row = 0; row < k; row++) {
    await pacer.pause();
    updateRow(row, update);
    promotion.prepare(row, update);
  }
  const measure = new Measure();
  for (let row = 0; row < k; row++) {
    await pacer.pause();
    updateRow(row, update);
    const changed = promotion.addRow(row, update, applied);
    measure.add(update, applied, changed);
  }
  return { promoted: promotion.finish(), erased: measure.erased, ...measure.retention };
}

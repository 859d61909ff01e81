import { ditherSeed, PROMOTED_BLOCK, promote, type WeightForm } from "@banana-peel/onnx";
import type { OpenTarget } from "../base/check-target.js";
import type { OpenPlane } from "../base/planes.js";
import { foldTask } from "../merge/task.js";
import type { FoldWork } from "../merge/types.js";
import { allRows, type Rows, sampleRows, sampleRuns } from "../merge/works.js";
import { Pacer } from "../pacer.js";
import type { PlanContext } from "./context.js";
import { Measure } from "./measure.js";
import { roundingFor } from "./merge-target.js";
import { rowSizes } from "./row-sizes.js";
import { scatters } from "./sample-spread.js";
import type { Retention, RoundingName } from "./types.js";
import { type Part, updateRows } from "./updates.js";

/** What a merge would keep, as seen on rows that stand for all; on all of them where the weight is small. */
export interface Estimate extends Retention {
  /** Whether any stored value that was looked at would change. */
  readonly changed: boolean;
}

/** Elements of a weight in another form that a sample looks at: it is worked out without the kernel. */
const FORM_ELEMENTS = 1 << 15;

/**
 * Estimates what merging a target keeps: the very values that it would store are worked out for a sample of rows.
 * Gain and error are ratios of sums over the sample to sums over the sample.
 */
export async function estimateMerge(
  context: PlanContext,
  open: OpenTarget,
  plane: OpenPlane | undefined,
  parts: readonly Part[],
  rounding: RoundingName,
  signal: AbortSignal | undefined,
): Promise<Estimate> {
  const { path } = open.target;
  if (rounding === "calibrated") {
    // Errors are passed on along whole columns, so no sample of the rows stands for all.
    const { gain, error, erased } = await context.calibrate(open, parts, signal);
    return { gain, error, changed: !erased };
  }
  if (plane === undefined) {
    const form = await context.readWeights(open, signal);
    const merge = form.merge(await roundingFor(rounding, context.digest, path));
    return alongRows(form, parts, new Pacer(context.now, signal), 1, (measure, row, update, applied) => {
      const changed = merge.addRow(row, update, applied);
      measure.add(update, applied, changed);
      return changed;
    });
  }
  const seed = rounding === "dither" ? await ditherSeed(`${context.digest}\n${path}`) : undefined;
  const task = foldTask(plane.plane, parts, seed);
  const fold = async (rows: readonly Rows[]) => {
    const works = await Promise.all(
      rows.map(
        async ({ first, rows }): Promise<FoldWork> => ({
          first,
          rows,
          input: context.engine.files && plane.file ? plane.file : await plane.read(first, rows, signal),
          output: undefined,
          measure: true,
        }),
      ),
    );
    return context.engine.fold(task, works, { signal });
  };
  const sample = sampleRows(plane.plane, await rowSizes(task, new Pacer(context.now, signal)));
  let folded = await fold(sample);
  const seen = sample.reduce((total, { rows }) => total + rows, 0);
  if (seen < plane.plane.rows && scatters(folded.map(({ sums }) => sums!)))
    folded = await fold(allRows(plane.plane));
  const sum = (of: "intended" | "product" | "rest") =>
    folded.reduce((total, { sums }) => total + sums![of], 0);
  const intended = sum("intended");
  const changed = folded.some((each) => each.changed);
  if (intended === 0) return { gain: 1, error: 0, changed };
  return { gain: sum("product") / intended, error: Math.sqrt(sum("rest") / intended), changed };
}

/** Estimates what promoting a target keeps, on whole blocks of rows. */
export async function estimatePromotion(
  context: PlanContext,
  open: OpenTarget,
  parts: readonly Part[],
  signal: AbortSignal | undefined,
): Promise<Estimate> {
  const form = await context.readWeights(open, signal);
  const along = open.target.scheme.form === "gatherblock" ? "n" : "k";
  const promotion = promote(form, open.scale!.dataType, open.target.path, along);
  const pacer = new Pacer(context.now, signal);
  await alongRows(form, parts, pacer, PROMOTED_BLOCK, (_, row, update) => {
    promotion.prepare(row, update);
    return false;
  });
  return alongRows(form, parts, pacer, PROMOTED_BLOCK, (measure, row, update, applied) => {
    const changed = promotion.addRow(row, update, applied);
    measure.add(update, applied, changed);
    return changed;
  });
}

/** Goes along a sample of the rows of a form, in ascending order. */
async function alongRows(
  { k, n }: WeightForm,
  parts: readonly Part[],
  pacer: Pacer,
  unit: number,
  each: (measure: Measure, row: number, update: Float64Array, applied: Float64Array) => boolean,
): Promise<Estimate> {
  const update = new Float64Array(n);
  const applied = new Float64Array(n);
  const updateRow = updateRows(parts, n);
  const measure = new Measure();
  let changed = false;
  for (const { first, rows } of sampleRuns(k, Math.ceil(FORM_ELEMENTS / n), {
    align: unit,
    whole: unit > 1,
  })) {
    for (let row = first; row < first + rows; row++) {
      await pacer.pause();
      updateRow(row, update);
      changed = each(measure, row, update, applied) || changed;
    }
  }
  return { ...measure.retention, changed };
}

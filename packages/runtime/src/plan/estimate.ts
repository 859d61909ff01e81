import { ditherSeed, PROMOTED_BLOCK, type Promotion, promote, type WeightForm } from "@banana-peel/onnx";
import type { OpenTarget } from "../base/check-target.js";
import type { OpenPlane } from "../base/planes.js";
import { factorsOf, foldTask } from "../merge/task.js";
import type { FoldWork, Sums } from "../merge/types.js";
import { allRows, type Rows, sampleRows, typicalRuns } from "../merge/works.js";
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
    return alongRows(form, parts, new Pacer(context.now, signal), 1, (row, update, applied) =>
      merge.addRow(row, update, applied),
    );
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
  return estimateOf(
    folded.map(({ sums }) => sums!),
    folded.some((each) => each.changed),
  );
}

/** What all runs together keep. */
function estimateOf(runs: readonly Sums[], changed: boolean): Estimate {
  const sum = (of: keyof Sums) => runs.reduce((total, run) => total + run[of], 0);
  const intended = sum("intended");
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
  const pacer = new Pacer(context.now, signal);
  let promotion: Promotion;
  return alongRows(
    form,
    parts,
    pacer,
    PROMOTED_BLOCK,
    (row, update, applied) => promotion.addRow(row, update, applied),
    {
      begin: () => {
        promotion = promote(form, open.scale!.dataType, open.target.path, along);
      },
      prepare: (row, update) => promotion.prepare(row, update),
    },
  );
}

/** Applies the update of a row; gives whether any stored value is another one. */
type ApplyRow = (row: number, update: Float64Array, applied: Float64Array) => boolean;

/** What goes along the same rows first. */
interface Before {
  begin(): void;
  prepare(row: number, update: Float64Array): void;
}

/** Goes along a sample of the rows of a form, in ascending order; along all where the sample says too little. */
async function alongRows(
  { k, n }: WeightForm,
  parts: readonly Part[],
  pacer: Pacer,
  unit: number,
  apply: ApplyRow,
  before?: Before,
): Promise<Estimate> {
  const update = new Float64Array(n);
  const applied = new Float64Array(n);
  const updateRow = updateRows(parts, n);
  const each = async ({ first, rows }: Rows, work: (row: number) => void) => {
    for (let row = first; row < first + rows; row++) {
      await pacer.due();
      updateRow(row, update);
      work(row);
    }
  };
  const measure = async (runs: readonly Rows[]) => {
    before?.begin();
    if (before !== undefined) for (const run of runs) await each(run, (row) => before.prepare(row, update));
    let changed = false;
    const sums: Sums[] = [];
    for (const run of runs) {
      const measured = new Measure();
      await each(run, (row) => {
        const own = apply(row, update, applied);
        measured.add(update, applied, own);
        changed ||= own;
      });
      sums.push(measured.sums);
    }
    return { sums, changed };
  };
  const { rank, inputs, outputs } = factorsOf(parts, k, n);
  const sizes = await rowSizes({ rank, left: inputs, right: outputs }, pacer);
  const blocks = { align: unit, whole: unit > 1 };
  const sample = typicalRuns(k, Math.ceil(FORM_ELEMENTS / n), blocks, sizes);
  let seen = sample && (await measure(sample));
  if (seen === undefined || scatters(seen.sums)) seen = await measure([{ first: 0, rows: k }]);
  return estimateOf(seen.sums, seen.changed);
}

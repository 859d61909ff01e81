import { BananaError } from "@banana-peel/format";
import { ditherSeed } from "@banana-peel/onnx";
import type { OpenTarget } from "../base/check-target.js";
import type { OpenPlane } from "../base/planes.js";
import { foldTask } from "../merge/task.js";
import { allRows } from "../merge/works.js";
import { Pacer } from "../pacer.js";
import type { PeelUse } from "../peel/types.js";
import type { PlanContext } from "./context.js";
import { inTurns } from "./in-turns.js";
import { mergeTarget, roundingFor } from "./merge-target.js";
import type { MergedWeight } from "./merged-weight.js";
import { promoteTarget } from "./promote-target.js";
import type { Plan, PlanTarget, RoundingName } from "./types.js";
import { type Part, partsByTarget } from "./updates.js";
import type { Watch } from "./watch.js";

/** A target's new weight, and whether it is another one than before. */
export interface AppliedTarget {
  readonly weight: MergedWeight;
  readonly changed: boolean;
}

/**
 * Works out the weights of the targets that a plan merges or promotes, by path.
 * @throws BananaError PEEL_NO_EFFECT when rounding leaves nothing of a peel; the signal's reason
 */
export async function applyPlan(
  context: PlanContext,
  plan: Plan,
  uses: readonly PeelUse[],
  { signal, onProgress }: Watch,
): Promise<Map<string, MergedWeight>> {
  const folded = plan.targets.filter(({ strategy }) => strategy !== "attach");
  if (folded.length === 0) return new Map();
  const parts = partsByTarget(uses);
  const byPath = new Map(context.targets.map((open) => [open.target.path, open]));
  const merged = new Map<string, MergedWeight>();
  const erased = new Set<string>();
  let done = 0;
  const pacer = new Pacer(context.now, signal);
  await inTurns(folded, async (planned) => {
    signal?.throwIfAborted();
    await pacer.pause();
    const open = byPath.get(planned.path)!;
    const { weight, changed } = await applyTarget(context, open, parts.get(planned.path)!, planned, signal);
    merged.set(planned.path, weight);
    if (!changed) erased.add(planned.path);
    done++;
    onProgress?.({ step: "merge", name: planned.path, done, total: folded.length });
  });
  checkEffect(plan, uses, erased);
  // In the plan's order, so that a model in which they are put has the same bytes every time.
  return new Map(folded.map(({ path }) => [path, merged.get(path)!]));
}

/** Works out one target. */
export async function applyTarget(
  context: PlanContext,
  open: OpenTarget,
  parts: readonly Part[],
  { strategy, rounding = "nearest" }: Pick<PlanTarget, "strategy" | "rounding">,
  signal: AbortSignal | undefined,
): Promise<AppliedTarget> {
  if (strategy === "promote") {
    const form = await context.readWeights(open, signal);
    const { promoted, erased } = await promoteTarget(open, form, parts, new Pacer(context.now, signal));
    return { weight: { kind: "promote", promoted }, changed: !erased };
  }
  if (rounding === "calibrated") {
    const { bytes, erased } = await context.calibrate(open, parts, signal);
    return { weight: { kind: "merge", bytes }, changed: !erased };
  }
  const plane = await context.openPlane(open, signal);
  if (plane !== undefined) {
    const { bytes, changed } = await mergePlane(context, open, plane, parts, rounding, signal);
    return { weight: { kind: "merge", bytes }, changed };
  }
  const form = await context.readWeights(open, signal);
  const way = await roundingFor(rounding, context.digest, open.target.path);
  const { bytes, erased } = await mergeTarget(form, parts, way, new Pacer(context.now, signal));
  return { weight: { kind: "merge", bytes }, changed: !erased };
}

/** A whole plane with the update folded in, by the engine: the bytes that mergeTarget gives. */
async function mergePlane(
  { engine, digest }: PlanContext,
  { target }: OpenTarget,
  { plane, file, read }: OpenPlane,
  parts: readonly Part[],
  rounding: RoundingName,
  signal: AbortSignal | undefined,
): Promise<{ bytes: Uint8Array; changed: boolean }> {
  const seed = rounding === "dither" ? await ditherSeed(`${digest}\n${target.path}`) : undefined;
  const pieces = allRows(plane);
  const all = engine.files && file !== undefined ? undefined : await read(0, plane.rows, signal);
  const part = (first: number, rows: number) =>
    all?.subarray(first * plane.stride, (first + rows) * plane.stride) ?? file!;
  const works = pieces.map(({ first, rows }) => ({
    first,
    rows,
    input: part(first, rows),
    output: undefined,
    measure: false,
  }));
  const folded = await engine.fold(foldTask(plane, parts, seed), works, { signal });
  const bytes = new Uint8Array(plane.rows * plane.stride);
  folded.forEach((each, i) => {
    bytes.set(each.bytes, pieces[i]!.first * plane.stride);
  });
  return { bytes, changed: folded.some(({ changed }) => changed) };
}

/**
 * Checks that every peel changes something.
 * @param erased paths of the targets of which rounding leaves nothing
 * @throws BananaError PEEL_NO_EFFECT
 */
export function checkEffect(plan: Plan, uses: readonly PeelUse[], erased: ReadonlySet<string>): void {
  // Every use has a planned target, so only erased ones can leave it without effect.
  if (erased.size === 0) return;
  const alive = plan.targets.filter(({ path }) => !erased.has(path));
  const intended = new Set([...partsByTarget(uses).values()].flatMap((own) => own.map((part) => part.use)));
  for (const use of uses) {
    const { adapter, manifest, label } = use.peel;
    if (!intended.has(use) || adapter.embeddings.size > 0) continue;
    if (alive.some(({ path }) => adapter.targets.has(path))) continue;
    throw new BananaError(
      "PEEL_NO_EFFECT",
      `expected ${manifest.name} to change the base, found that rounding would erase all of it`,
      {
        where: label,
        hint:
          plan.rounding === "nearest"
            ? 'Use the strategy "auto" or "attach", or the rounding "dither".'
            : 'Use the strategy "auto" or "attach".',
      },
    );
  }
}

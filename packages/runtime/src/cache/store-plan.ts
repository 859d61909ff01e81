import { ditherSeed } from "@banana-peel/onnx";
import type { OpenTarget } from "../base/check-target.js";
import type { OpenGraph } from "../base/open-graph.js";
import { foldTask } from "../merge/task.js";
import { allRows } from "../merge/works.js";
import type { PeelUse } from "../peel/types.js";
import { applyTarget, checkEffect } from "../plan/apply-plan.js";
import type { PlanContext } from "../plan/context.js";
import { inTurns } from "../plan/in-turns.js";
import type { Plan, PlanTarget } from "../plan/types.js";
import { type Part, partsByTarget } from "../plan/updates.js";
import type { Watch } from "../plan/watch.js";
import { promotion } from "../session/merged-data.js";
import type { MergedFile, StoredGraph, StoredPlace, StoredSet } from "./types.js";

/** Bytes to which places in the merged file are aligned: a page, so that each is mapped by itself. */
const ALIGN = 4096;

type Open = { -readonly [Key in keyof StoredGraph]: StoredGraph[Key] };

/**
 * Works out the weights of the targets that a plan merges or promotes, straight into a file.
 * @throws BananaError PEEL_NO_EFFECT; the signal's reason
 */
export async function storePlan(
  context: PlanContext,
  graphs: ReadonlyMap<string, OpenGraph>,
  plan: Plan,
  uses: readonly PeelUse[],
  file: MergedFile,
  { signal, onProgress }: Watch,
): Promise<StoredSet> {
  const parts = partsByTarget(uses);
  const byPath = new Map(context.targets.map((open) => [open.target.path, open]));
  const folded = plan.targets.filter(({ strategy }) => strategy !== "attach");
  const erased = new Set<string>();
  const stored: Record<string, Open> = {};
  let next = 0;
  let done = 0;
  const take = (length: number): StoredPlace => {
    const offset = next;
    next = Math.ceil((offset + length) / ALIGN) * ALIGN;
    return { offset, length };
  };
  const put = async (bytes: Uint8Array) => {
    const place = take(bytes.length);
    await file.put(place.offset, bytes);
    return place;
  };
  await inTurns(folded, async (planned) => {
    signal?.throwIfAborted();
    const open = byPath.get(planned.path)!;
    const own = parts.get(planned.path)!;
    stored[planned.graph] ??= { elements: {}, initializers: [], replacedNodes: [], removedInitializers: [] };
    const graph = stored[planned.graph]!;
    const streamed = await streamTarget(context, open, own, planned, take, file, signal);
    const { changed } = streamed ?? (await heldTarget());
    if (streamed !== undefined) graph.elements = { ...graph.elements, [open.weight.name]: streamed.place };
    if (!changed) erased.add(planned.path);
    done++;
    onProgress?.({ step: "merge", name: planned.path, done, total: folded.length });

    /** A target that isn't streamed: its weight is worked out in memory. */
    async function heldTarget(): Promise<{ changed: boolean }> {
      const { weight, changed } = await applyTarget(context, open, own, planned, signal);
      if (weight.kind === "merge") {
        const place = await put(weight.bytes);
        graph.elements = { ...graph.elements, [open.weight.name]: place };
        return { changed };
      }
      const edits = promotion(graphs.get(planned.graph)!, planned.path, weight.promoted);
      const initializers = await Promise.all(
        edits.initializers.map(async ({ bytes, ...rest }) => ({
          ...rest,
          place: await put(bytes as Uint8Array),
        })),
      );
      graph.initializers = [...graph.initializers, ...initializers];
      graph.replacedNodes = [...graph.replacedNodes, ...edits.replacedNodes];
      graph.removedInitializers = [...graph.removedInitializers, ...edits.removedInitializers];
      return { changed };
    }
  });
  checkEffect(plan, uses, erased);
  return { plan, graphs: stored };
}

/** Folds a plane from the base's file into the merged one, in the engine's workers; undefined where that can't be. */
async function streamTarget(
  context: PlanContext,
  open: OpenTarget,
  parts: readonly Part[],
  { strategy, rounding }: PlanTarget,
  take: (length: number) => StoredPlace,
  { path }: MergedFile,
  signal: AbortSignal | undefined,
): Promise<{ changed: boolean; place: StoredPlace } | undefined> {
  if (strategy !== "merge" || rounding === "calibrated" || !context.engine.files) return undefined;
  const found = await context.openPlane(open, signal);
  if (found?.file === undefined) return undefined;
  const { plane, file: input } = found;
  const seed = rounding === "dither" ? await ditherSeed(`${context.digest}\n${open.target.path}`) : undefined;
  const place = take(plane.rows * plane.stride);
  const output = { path, offset: place.offset };
  const works = allRows(plane).map((rows) => ({ ...rows, input, output, measure: false }));
  const folded = await context.engine.fold(foldTask(plane, parts, seed), works, { signal });
  return { changed: folded.some(({ changed }) => changed), place };
}

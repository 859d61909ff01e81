import { ditherSeed } from "@banana-peel/onnx";
import type { OpenTarget } from "../base/check-target.js";
import type { OpenGraph } from "../base/open-graph.js";
import type { OpenPlane } from "../base/planes.js";
import { foldTask } from "../merge/task.js";
import { allRows } from "../merge/works.js";
import type { PeelUse } from "../peel/types.js";
import { applyTarget, checkEffect } from "../plan/apply-plan.js";
import type { PlanContext } from "../plan/context.js";
import { inTurns, writtenAtOnce } from "../plan/in-turns.js";
import type { Plan, PlanTarget } from "../plan/types.js";
import { type Part, partsByTarget } from "../plan/updates.js";
import type { Watch } from "../plan/watch.js";
import { promotion } from "../session/merged-data.js";
import type { MergedFile, StoredGraph, StoredPlace, StoredSet } from "./types.js";

/** Bytes to which places in a file are aligned: a page, so that each is mapped by itself. */
const ALIGN = 4096;

/** What one target adds to its graph. */
type StoredTarget = Partial<StoredGraph>;

/** Where a set is made. */
export interface SetPlace {
  readonly graphs: ReadonlyMap<string, OpenGraph>;
  readonly create: (target: number) => Promise<MergedFile>;
}

/**
 * Works out the weights of targets, straight into files: one a target, because file systems let only one at a time write
 * to a file, and so the same files on every machine.
 */
export class SetWriter {
  readonly #context: PlanContext;
  readonly #uses: readonly PeelUse[];
  readonly #place: SetPlace;
  readonly #watch: Watch;
  readonly #stored = new Map<string, StoredTarget>();
  #done = 0;

  constructor(context: PlanContext, uses: readonly PeelUse[], place: SetPlace, watch: Watch) {
    this.#context = context;
    this.#uses = uses;
    this.#place = place;
    this.#watch = watch;
  }

  /**
   * Writes every target that a plan merges or promotes.
   * @throws BananaError PEEL_NO_EFFECT; the signal's reason
   */
  async writeAll(plan: Plan): Promise<StoredSet> {
    const byPath = new Map(this.#context.targets.map((open) => [open.target.path, open]));
    const folded = plan.targets.filter(({ strategy }) => strategy !== "attach");
    const erased = new Set<string>();
    const write = async (planned: PlanTarget) => {
      const open = byPath.get(planned.path)!;
      const plane = await this.#context.openPlane(open, this.#watch.signal);
      const changed = await this.write(open, planned, plane, folded.length);
      if (!changed) erased.add(planned.path);
    };
    await inTurns(folded, write, writtenAtOnce(this.#context.engine));
    checkEffect(plan, this.#uses, erased);
    return this.stored(plan);
  }

  /**
   * Writes one target; nothing of an attached one.
   * @param plane its weight, opened
   * @param total how many there are, for progress
   * @returns whether it is another one than before
   * @throws the signal's reason
   */
  async write(
    open: OpenTarget,
    planned: PlanTarget,
    plane: OpenPlane | undefined,
    total: number,
  ): Promise<boolean> {
    const { signal, onProgress } = this.#watch;
    signal?.throwIfAborted();
    let changed = true;
    if (planned.strategy !== "attach") {
      const parts = partsByTarget(this.#uses).get(planned.path)!;
      const file = await this.#place.create(this.#context.targets.indexOf(open));
      const streamed = await this.#stream(open, parts, planned, plane, file);
      const made = streamed ?? (await this.#hold(open, parts, planned, file));
      this.#stored.set(planned.path, made.stored);
      changed = made.changed;
    }
    this.#done++;
    onProgress?.({ step: "merge", name: planned.path, done: this.#done, total });
    return changed;
  }

  /** What is to be kept, once every target of the plan is written. */
  stored(plan: Plan): StoredSet {
    const made = plan.targets.flatMap(({ path, graph }) => {
      const own = this.#stored.get(path);
      return own === undefined ? [] : [{ graph, own }];
    });
    const graphs = Object.fromEntries(
      [...new Set(made.map(({ graph }) => graph))].map((name) => {
        const own = made.filter(({ graph }) => graph === name).map((each) => each.own);
        const stored: StoredGraph = {
          elements: Object.fromEntries(own.flatMap(({ elements = {} }) => Object.entries(elements))),
          initializers: own.flatMap(({ initializers = [] }) => initializers),
          replacedNodes: own.flatMap(({ replacedNodes = [] }) => replacedNodes),
          removedInitializers: own.flatMap(({ removedInitializers = [] }) => removedInitializers),
        };
        return [name, stored];
      }),
    );
    return { plan, graphs };
  }

  /** Folds a plane from the base's file into the target's, in the engine's workers; undefined where that can't be. */
  async #stream(
    open: OpenTarget,
    parts: readonly Part[],
    { strategy, rounding }: PlanTarget,
    found: OpenPlane | undefined,
    { name, path }: MergedFile,
  ): Promise<{ changed: boolean; stored: StoredTarget } | undefined> {
    const { engine, digest } = this.#context;
    const { signal } = this.#watch;
    if (strategy !== "merge" || rounding === "calibrated" || !engine.files) return undefined;
    if (found?.file === undefined) return undefined;
    const { plane, file: input } = found;
    const seed = rounding === "dither" ? await ditherSeed(`${digest}\n${open.target.path}`) : undefined;
    const works = allRows(plane).map((rows) => ({
      ...rows,
      input,
      output: { path, offset: 0 },
      measure: false,
    }));
    const folded = await engine.fold(foldTask(plane, parts, seed), works, { signal });
    const place = { file: name, offset: 0, length: plane.rows * plane.stride };
    const elements = { [open.weight.name]: place };
    return { changed: folded.some(({ changed }) => changed), stored: { elements } };
  }

  /** A target that isn't streamed: its weight is worked out in memory. */
  async #hold(
    open: OpenTarget,
    parts: readonly Part[],
    planned: PlanTarget,
    file: MergedFile,
  ): Promise<{ changed: boolean; stored: StoredTarget }> {
    let next = 0;
    const put = async (bytes: Uint8Array): Promise<StoredPlace> => {
      const place = { file: file.name, offset: next, length: bytes.length };
      next = Math.ceil((next + bytes.length) / ALIGN) * ALIGN;
      await file.put(place.offset, bytes);
      return place;
    };
    const { weight, changed } = await applyTarget(this.#context, open, parts, planned, this.#watch.signal);
    if (weight.kind === "merge")
      return { changed, stored: { elements: { [open.weight.name]: await put(weight.bytes) } } };
    const edits = promotion(this.#place.graphs.get(planned.graph)!, planned.path, weight.promoted);
    const initializers: StoredGraph["initializers"][number][] = [];
    for (const { bytes, ...rest } of edits.initializers)
      initializers.push({ ...rest, place: await put(bytes as Uint8Array) });
    const { replacedNodes, removedInitializers } = edits;
    return {
      changed,
      stored: {
        initializers,
        replacedNodes: [...replacedNodes],
        removedInitializers: [...removedInitializers],
      },
    };
  }
}

import { BananaError, type BaseCard, baseDigest } from "@banana-peel/format";
import type { WeightForm } from "@banana-peel/onnx";
import { checkedFiles } from "../base/check-files.js";
import { type OpenGraph, openGraph } from "../base/open-graph.js";
import type { BaseFiles } from "../base/types.js";
import { readWeights } from "../base/weights.js";
import type { MergeEngine } from "../merge/types.js";
import { webEngine } from "../merge/web-engine.js";
import type { PeelUse } from "../peel/types.js";
import { applyPlan } from "../plan/apply-plan.js";
import { checkUses } from "../plan/check-uses.js";
import { type PlanContext, planContext } from "../plan/context.js";
import { makePlan } from "../plan/make-plan.js";
import { remember } from "../plan/remember.js";
import type { Plan, PlanOptions } from "../plan/types.js";
import { partsByTarget } from "../plan/updates.js";
import type { Watch } from "../plan/watch.js";
import { type GraphMerge, mergeGraph } from "./merge-graph.js";

/** A base whose models can be planned for and merged into, without onnxruntime. It holds nothing to dispose. */
export interface BaseModels {
  readonly card: BaseCard;
  readonly digest: string;
  /**
   * Chooses a strategy for every target that the peels change; as `Base.plan`.
   * @throws BananaError WEIGHT_INVALID, STRATEGY_UNAVAILABLE, PEEL_NO_EFFECT, BASE_INCOMPATIBLE
   */
  plan(uses: readonly PeelUse[], options?: PlanOptions & Watch): Promise<Plan>;
  /**
   * Folds peels into the models. A target that the plan attaches gets its branch written into the model, which then
   * gives what the runtime gives with it attached.
   * @throws BananaError as `plan`
   */
  merge(uses: readonly PeelUse[], options?: PlanOptions & Watch): Promise<MergedModels>;
  /**
   * The weight of a target as its operator sees it, dequantised: float32 [N,K], row-major.
   * @throws BananaError TARGET_UNKNOWN, BASE_FILE_MISSING, BASE_FILE_DIFFERS
   */
  readWeight(path: string, options?: Watch): Promise<Float32Array>;
  /** As `Base.readFile`. @throws BananaError INPUT_INVALID, BASE_FILE_MISSING, BASE_FILE_DIFFERS */
  readFile(path: string, options?: Watch): Promise<Uint8Array>;
}

/** What merging changes in the files of a base. */
export interface MergedModels {
  readonly plan: Plan;
  /** The graphs that change. */
  readonly graphs: readonly GraphMerge[];
}

/** What openModels needs. */
export interface OpenModelsOptions extends BaseFiles, Watch {
  readonly card: BaseCard;
  /** Does the arithmetic of merges, as for openBase. */
  readonly engine?: MergeEngine;
  /** Milliseconds of a monotonic clock; performance.now by default. */
  readonly now?: () => number;
}

/**
 * Opens the models of a base: checks every file against the card and every target of the card against its graph.
 * @throws BananaError BASE_FILE_MISSING, BASE_FILE_DIFFERS, BASE_INVALID, ONNX_INVALID, ONNX_LIMIT, ONNX_LOCATION;
 *   the signal's reason
 */
export async function openModels(options: OpenModelsOptions): Promise<BaseModels> {
  const { card, signal, now = () => performance.now() } = options;
  const files = checkedFiles(card, options);
  await files.checkAll(signal);
  const graphs = new Map<string, OpenGraph>();
  for (const name of Object.keys(card.graphs)) {
    signal?.throwIfAborted();
    graphs.set(name, await openGraph(card, name, files, signal));
  }
  const digest = await baseDigest(card);
  const { folder, engine = webEngine() } = options;
  const context = planContext({ digest, card, graphs, files, folder, engine, now });
  const planIn = async (own: PlanContext, uses: readonly PeelUse[], choice: PlanOptions & Watch) => {
    const { signal, onProgress, ...options } = choice;
    checkUses(uses, digest);
    return makePlan(own, uses, options, { signal, onProgress });
  };
  return {
    card,
    digest,
    plan: (uses, choice = {}) => planIn(context, uses, choice),
    async merge(uses, choice = {}) {
      const own = remember(context);
      const planned = await planIn(own, uses, choice);
      const merged = await applyPlan(own, planned, uses, choice);
      const parts = partsByTarget(uses);
      const branched = planned.targets.filter(({ strategy }) => strategy === "attach");
      const attached = new Map(branched.map(({ path }) => [path, parts.get(path)!]));
      const changed = [...graphs.values()].map((graph) => mergeGraph(graph, merged, attached));
      return { plan: planned, graphs: changed.filter((graph) => graph !== undefined) };
    },
    async readWeight(path, { signal } = {}) {
      const target = card.targets.find((each) => each.path === path);
      if (target === undefined)
        throw new BananaError("TARGET_UNKNOWN", `expected a target of the base, found ${path}`, {
          where: path,
          hint: "The base card lists the targets.",
        });
      return denseWeight(await readWeights(graphs.get(target.graph)!.targets.get(path)!, files, signal));
    },
    async readFile(path, { signal } = {}) {
      if (card.files.some((file) => file.path === path)) return files.readFile(path, signal);
      throw new BananaError("INPUT_INVALID", `expected a file of the card, found ${path}`, {
        where: path,
        hint: "The base card lists the files.",
      });
    },
  };
}

/** [N,K] of a form, which gives its rows as [K,N]. */
function denseWeight(form: WeightForm): Float32Array {
  const { k, n } = form;
  const dense = new Float32Array(n * k);
  const row = new Float32Array(n);
  for (let i = 0; i < k; i++) {
    form.readRow(i, row);
    for (let j = 0; j < n; j++) dense[j * k + i] = row[j]!;
  }
  return dense;
}

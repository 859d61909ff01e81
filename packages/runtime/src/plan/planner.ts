import { BananaError, type BaseCard, isBananaError } from "@banana-peel/format";
import type { OpenGraph } from "../base/open-graph.js";
import { setKey } from "../cache/set-key.js";
import { SetWriter } from "../cache/set-writer.js";
import type { CachedSet, MergedCache, SetToMake } from "../cache/types.js";
import type { PeelUse } from "../peel/types.js";
import { applyPlan } from "./apply-plan.js";
import { checkOptions } from "./check-options.js";
import { allowed } from "./choose.js";
import type { PlanContext } from "./context.js";
import { makePlan } from "./make-plan.js";
import type { MergedWeight } from "./merged-weight.js";
import { remember } from "./remember.js";
import { summarise } from "./summary.js";
import type { Plan, PlanOptions } from "./types.js";
import { partsByTarget } from "./updates.js";
import type { Watch } from "./watch.js";

/** A plan and the weights of the targets that it merges or promotes, by path. */
export interface WorkedPlan {
  readonly plan: Plan;
  readonly merged: ReadonlyMap<string, MergedWeight>;
  /** Where these weights are kept, in place of `merged`. */
  readonly cached?: CachedSet;
}

/** Where a base keeps its merged sets. */
interface Keeps {
  readonly cache: MergedCache;
  /** Of the base. */
  readonly folder: string;
  readonly card: Pick<BaseCard, "family" | "version" | "moments">;
  readonly graphs: ReadonlyMap<string, OpenGraph>;
}

/** What a plan was made of, and the context that it was made in. */
interface MadePlan {
  readonly uses: readonly PeelUse[];
  readonly options: PlanOptions;
  readonly context: PlanContext;
}

/** What keeps a set from being kept, but not from being used: it is merged in memory then. */
const UNKEPT: ReadonlySet<string> = new Set(["DISK_FULL", "TARGET_READ_ONLY"]);

/** Makes plans for one base, and knows which uses each was made for. */
export class Planner {
  readonly #context: PlanContext;
  readonly #keeps: Keeps | undefined;
  readonly #made = new WeakMap<Plan, MadePlan>();
  readonly #attached = new WeakMap<readonly PeelUse[], WorkedPlan>();

  constructor(context: PlanContext, keeps?: Keeps) {
    this.#context = context;
    this.#keeps = keeps;
  }

  /** Resolves when no merged set is being sealed any more. */
  async settled(): Promise<void> {
    await this.#keeps?.cache.settled();
  }

  /** The plan of no peels. */
  nothing(): WorkedPlan {
    return { plan: summarise([], [], {}), merged: new Map() };
  }

  /** @throws BananaError as makePlan */
  async plan(uses: readonly PeelUse[], options: PlanOptions, watch: Watch): Promise<Plan> {
    const context = remember(this.#context);
    const plan = await makePlan(context, uses, options, watch);
    return this.#remember(plan, { uses, options, context });
  }

  /**
   * Works out a plan made before, or plans and works that out: the same strategies, hence the same bytes. Merged
   * weights aren't kept here, because a plan may live long, but for what measuring calibrated targets gave; large ones come from the cache where they are in it, and
   * go there. What only attaches is remembered by the list of uses.
   * @throws BananaError INPUT_INVALID when the plan wasn't made here for these very uses, and as makePlan and applyPlan
   */
  async work(uses: readonly PeelUse[], how: Plan | PlanOptions, watch: Watch): Promise<WorkedPlan> {
    if (attachesAll(how) && watch.onProgress === undefined) return this.#attach(uses, how, watch);
    const given = "targets" in how ? how : undefined;
    const options = given === undefined ? (how as PlanOptions) : this.#optionsOf(given, uses);
    if (this.#keeps === undefined || !this.#worthKeeping(uses, options))
      return this.#workAnew(given ?? (await this.plan(uses, options, watch)), uses, watch);
    const key = await this.#keyOf(this.#keeps, uses, options);
    const found = await this.#kept(this.#keeps, key, uses, options, watch.signal);
    if (found !== undefined) return found;
    if (given !== undefined && !folds(given)) return this.#workAnew(given, uses, watch);
    return this.#keep(this.#keeps, key, { given, uses, options }, watch);
  }

  /**
   * Works out what needs no merging now: what only attaches, weights that are kept; and what can't be attached meanwhile,
   * because its peels were trained to be merged. Undefined for all else.
   * @throws BananaError as work
   */
  async ready(
    uses: readonly PeelUse[],
    how: Plan | PlanOptions,
    watch: Watch,
  ): Promise<WorkedPlan | undefined> {
    const options = "targets" in how ? this.#optionsOf(how, uses) : how;
    checkOptions(this.#context, options);
    const parts = partsByTarget(uses);
    for (const { target } of this.#context.targets) {
      const own = parts.get(target.path);
      if (own !== undefined) allowed(target, own, options);
    }
    const attaches = parts.size === 0 || ("targets" in how ? !folds(how) : attachesAll(how));
    const aware = uses.some(({ peel }) => peel.entry.training?.method === "merge-aware");
    if (attaches || aware) return this.work(uses, how, watch);
    if (this.#keeps === undefined || !this.#worthKeeping(uses, options)) return undefined;
    const key = await this.#keyOf(this.#keeps, uses, options);
    return this.#kept(this.#keeps, key, uses, options, watch.signal);
  }

  #keyOf({ card }: Keeps, uses: readonly PeelUse[], options: PlanOptions): Promise<string> {
    return setKey(this.#context.digest, uses, options, card.moments?.sha256);
  }

  async #kept(
    { cache, folder }: Keeps,
    key: string,
    uses: readonly PeelUse[],
    options: PlanOptions,
    signal: AbortSignal | undefined,
  ): Promise<WorkedPlan | undefined> {
    const cached = await cache.get(key, folder, signal);
    if (cached === undefined) return undefined;
    const plan = this.#remember(cached.plan, { uses, options, context: this.#context });
    return { plan, merged: new Map(), cached };
  }

  async #attach(uses: readonly PeelUse[], how: PlanOptions, watch: Watch): Promise<WorkedPlan> {
    let worked = this.#attached.get(uses);
    if (worked === undefined) {
      worked = { plan: await this.plan(uses, how, watch), merged: new Map() };
      this.#attached.set(uses, worked);
    }
    return worked;
  }

  async #workAnew(plan: Plan, uses: readonly PeelUse[], watch: Watch): Promise<WorkedPlan> {
    return { plan, merged: await applyPlan(this.#contextOf(plan), plan, uses, watch) };
  }

  /** Makes a set in the cache: each target is written as soon as it is planned. */
  async #keep(
    { cache, folder, card: { family, version }, graphs }: Keeps,
    key: string,
    { given, uses, options }: { given: Plan | undefined; uses: readonly PeelUse[]; options: PlanOptions },
    watch: Watch,
  ): Promise<WorkedPlan> {
    let plan = given;
    const write: SetToMake["write"] = async (create) => {
      const context = given === undefined ? remember(this.#context) : this.#contextOf(given);
      const writer = new SetWriter(context, uses, { graphs, create }, watch);
      if (given !== undefined) return writer.writeAll(given);
      const made = await makePlan(context, uses, options, watch, (...target) => writer.write(...target));
      plan = this.#remember(made, { uses, options, context });
      return folds(made) ? writer.stored(made) : undefined;
    };
    const set = {
      content: { base: { family, version }, peels: uses.map(nameOf) },
      base: folder,
      externalData: this.#externalData(graphs, uses),
      write,
    };
    let cached: CachedSet | undefined;
    try {
      cached = await cache.make(key, set, watch.signal);
    } catch (error) {
      if (!isBananaError(error) || !UNKEPT.has(error.code)) throw error;
    }
    plan ??= await this.plan(uses, options, watch);
    return cached === undefined ? this.#workAnew(plan, uses, watch) : { plan, merged: new Map(), cached };
  }

  /** Files of external data of the graphs that the uses change. */
  #externalData(graphs: ReadonlyMap<string, OpenGraph>, uses: readonly PeelUse[]): string[] {
    const parts = partsByTarget(uses);
    const changing = this.#context.targets.filter(({ target }) => parts.has(target.path));
    const names = new Set(changing.map(({ target }) => target.graph));
    return [...new Set([...names].flatMap((name) => [...graphs.get(name)!.externalData]))];
  }

  /** Whether the weights that the uses change are so many that opening a kept set is quicker than merging anew. */
  #worthKeeping(uses: readonly PeelUse[], { strategy, perTarget }: PlanOptions): boolean {
    if (strategy === "attach" && perTarget === undefined) return false;
    const parts = partsByTarget(uses);
    let weights = 0;
    for (const { target } of this.#context.targets)
      if (parts.has(target.path)) weights += target.k * target.n;
    return weights > 0 && weights >= (this.#keeps?.cache.leastWeights ?? Number.POSITIVE_INFINITY);
  }

  #remember(plan: Plan, { uses, ...made }: MadePlan): Plan {
    this.#made.set(plan, { ...made, uses: uses.map((use) => ({ ...use })) });
    return plan;
  }

  #contextOf(plan: Plan): PlanContext {
    return this.#made.get(plan)!.context;
  }

  #optionsOf(plan: Plan, uses: readonly PeelUse[]): PlanOptions {
    const made = this.#made.get(plan);
    const same = made?.uses.length === uses.length && made.uses.every((use, i) => sameUse(use, uses[i]!));
    if (made === undefined || !same)
      throw new BananaError("INPUT_INVALID", "expected a plan of this base for these peels, found another", {
        where: "setPeels: plan",
        hint: "Make the plan with base.plan for the same peels, weights and order.",
      });
    return made.options;
  }
}

/** Whether any target's weight becomes another one. */
function folds({ targets }: Plan): boolean {
  return targets.some(({ strategy }) => strategy !== "attach");
}

function nameOf({ peel: { manifest }, weight }: PeelUse) {
  return { name: manifest.name, version: manifest.version, weight };
}

/** Whether every target is attached, with nothing else asked for. */
function attachesAll(how: Plan | PlanOptions): how is PlanOptions {
  const { strategy, perTarget, rounding } = how as PlanOptions;
  return !("targets" in how) && strategy === "attach" && perTarget === undefined && rounding === undefined;
}

function sameUse(a: PeelUse, b: PeelUse): boolean {
  const weights = ({ perTarget }: PeelUse) =>
    Object.entries(perTarget ?? {}).sort(([x], [y]) => (x < y ? -1 : 1));
  return a.peel === b.peel && a.weight === b.weight && `${weights(a)}` === `${weights(b)}`;
}

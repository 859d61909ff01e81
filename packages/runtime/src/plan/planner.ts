import { BananaError } from "@banana-peel/format";
import type { PeelUse } from "../peel/types.js";
import { makePlan, type PlanContext, type WorkedPlan } from "./make-plan.js";
import { summarise } from "./summary.js";
import type { Plan, PlanOptions } from "./types.js";

/** Makes plans for one base, and knows which uses each was made for. */
export class Planner {
  readonly #context: PlanContext;
  readonly #uses = new WeakMap<Plan, readonly PeelUse[]>();

  constructor(context: PlanContext) {
    this.#context = context;
  }

  /** The plan of no peels. */
  nothing(): WorkedPlan {
    return { plan: summarise([], [], {}), merged: new Map() };
  }

  /** @throws BananaError as makePlan */
  async plan(
    uses: readonly PeelUse[],
    options: PlanOptions,
    signal: AbortSignal | undefined,
  ): Promise<WorkedPlan> {
    const worked = await makePlan(this.#context, uses, options, signal);
    this.#uses.set(
      worked.plan,
      uses.map((use) => ({ ...use })),
    );
    return worked;
  }

  /**
   * Works out a plan made before: the same strategies, hence the same bytes. Merged weights are made again rather
   * than kept, because a plan may live long.
   * @throws BananaError INPUT_INVALID when it wasn't made here for these very uses
   */
  async again(plan: Plan, uses: readonly PeelUse[], signal: AbortSignal | undefined): Promise<WorkedPlan> {
    const made = this.#uses.get(plan);
    const same = made?.length === uses.length && made.every((use, i) => sameUse(use, uses[i]!));
    if (!same)
      throw new BananaError("INPUT_INVALID", "expected a plan of this base for these peels, found another", {
        where: "setPeels: plan",
        hint: "Make the plan with base.plan for the same peels, weights and order.",
      });
    const perTarget = Object.fromEntries(plan.targets.map(({ path, strategy }) => [path, strategy]));
    const options = { strategy: plan.strategy, rounding: plan.rounding, perTarget };
    const { merged } = await makePlan(this.#context, uses, options, signal);
    return { plan, merged };
  }
}

function sameUse(a: PeelUse, b: PeelUse): boolean {
  const weights = ({ perTarget }: PeelUse) =>
    Object.entries(perTarget ?? {}).sort(([x], [y]) => (x < y ? -1 : 1));
  return a.peel === b.peel && a.weight === b.weight && `${weights(a)}` === `${weights(b)}`;
}

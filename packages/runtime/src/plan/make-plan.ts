import { BananaError } from "@banana-peel/format";
import type { Stored } from "@banana-peel/onnx";
import type { OpenTarget } from "../base/check-target.js";
import type { TargetWeights } from "../base/weights.js";
import { Pacer } from "../pacer.js";
import type { PeelUse } from "../peel/types.js";
import { allowed, keepsEnough, MERGE_BOUNDS } from "./choose.js";
import { type MergedTarget, mergeTarget, roundingFor } from "./merge-target.js";
import { summarise } from "./summary.js";
import type { Plan, PlanOptions, PlanTarget, RoundingName } from "./types.js";
import { type Part, partsByTarget } from "./updates.js";

/** What planning needs of a base. */
export interface PlanContext {
  readonly digest: string;
  /** Every target of the card, in its order. */
  readonly targets: readonly OpenTarget[];
  readonly now: () => number;
  readWeights(target: OpenTarget, signal: AbortSignal | undefined): Promise<TargetWeights>;
}

/** A plan and the stored values of the targets that it merges, by path. */
export interface WorkedPlan {
  readonly plan: Plan;
  readonly merged: ReadonlyMap<string, Stored>;
}

/**
 * Plans, target by target. What merging keeps is measured on the values that it would store, never assumed; a
 * target that is attached without a choice isn't measured: its branch computes the update itself.
 * @throws BananaError STRATEGY_UNAVAILABLE, PEEL_NO_EFFECT when rounding would leave nothing of a peel; the signal's
 *   reason
 */
export async function makePlan(
  context: PlanContext,
  uses: readonly PeelUse[],
  options: PlanOptions,
  signal: AbortSignal | undefined,
): Promise<WorkedPlan> {
  checkPerTarget(context, options);
  const parts = partsByTarget(uses);
  const pacer = new Pacer(context.now, signal);
  const targets: PlanTarget[] = [];
  const merged = new Map<string, Stored>();
  const alive = new Set<PeelUse>();
  for (const open of context.targets) {
    const own = parts.get(open.target.path);
    if (own === undefined) continue;
    const { planned, result } = await planTarget(context, open, own, options, pacer, signal);
    targets.push(planned);
    if (planned.strategy === "merge" && result !== undefined) merged.set(planned.path, result.stored);
    if (planned.strategy === "attach" || result?.erased === false) for (const { use } of own) alive.add(use);
  }
  for (const use of uses)
    if (use.weight !== 0 && use.peel.adapter.embeddings.size === 0 && !alive.has(use))
      throw erased(use, options);
  return { plan: summarise(targets, uses, options), merged };
}

async function planTarget(
  context: PlanContext,
  open: OpenTarget,
  parts: readonly Part[],
  options: PlanOptions,
  pacer: Pacer,
  signal: AbortSignal | undefined,
): Promise<{ planned: PlanTarget; result?: MergedTarget }> {
  const { target } = open;
  const { strategy, rounding, reason } = allowed(target, parts, options);
  const common = {
    path: target.path,
    graph: target.graph,
    rank: parts.reduce((sum, { lowRank }) => sum + lowRank.rank, 0),
    peels: parts.map(({ use }) => use.peel.manifest.name),
  };
  const attach = { ...common, strategy: "attach", gain: 1, error: 0 } as const;
  if (strategy === "attach") return { planned: { ...attach, reason: reason ?? "asked for" } };
  const weights = await context.readWeights(open, signal);
  const result = await mergeTarget(
    weights,
    parts,
    await roundingFor(rounding, context.digest, target.path),
    pacer,
  );
  const retention = { gain: result.gain, error: result.error };
  if (strategy === "auto" && !keepsEnough(retention))
    return { planned: { ...attach, merged: retention, reason: tooLittle(retention, rounding) } };
  return {
    result,
    planned: {
      ...common,
      ...retention,
      strategy: "merge",
      rounding,
      merged: retention,
      reason: reason ?? (strategy === "merge" ? "asked for" : "merging keeps enough of the update"),
    },
  };
}

function tooLittle({ gain, error }: { gain: number; error: number }, rounding: RoundingName): string {
  return `merging by ${rounding} would keep a gain of ${gain.toFixed(3)} with an error of ${error.toFixed(3)}; bounds are 1 +- ${MERGE_BOUNDS.gain} and ${MERGE_BOUNDS.error}`;
}

function checkPerTarget({ targets }: PlanContext, { perTarget }: PlanOptions): void {
  if (perTarget === undefined) return;
  const known = new Set(targets.map(({ target }) => target.path));
  const unknown = Object.keys(perTarget).find((path) => !known.has(path));
  if (unknown !== undefined)
    throw new BananaError("INPUT_INVALID", `expected targets of the base in perTarget, found ${unknown}`, {
      where: unknown,
      hint: "The base card lists the targets.",
    });
}

function erased({ peel }: PeelUse, options: PlanOptions): BananaError {
  return new BananaError(
    "PEEL_NO_EFFECT",
    `expected ${peel.manifest.name} to change the base, found that rounding would erase all of it`,
    {
      where: peel.label,
      hint:
        options.rounding === "dither"
          ? 'Use the strategy "auto" or "attach".'
          : 'Use the strategy "auto" or "attach", or the rounding "dither".',
    },
  );
}

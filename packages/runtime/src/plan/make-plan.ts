import { BananaError } from "@banana-peel/format";
import type { WeightForm } from "@banana-peel/onnx";
import type { OpenTarget } from "../base/check-target.js";
import { Pacer } from "../pacer.js";
import type { PeelUse } from "../peel/types.js";
import { told } from "../progress.js";
import { allowed, keepsEnough, MERGE_BOUNDS } from "./choose.js";
import { mergeTarget, roundingFor } from "./merge-target.js";
import type { MergedWeight } from "./merged-weight.js";
import { canPromote, promoteTarget } from "./promote-target.js";
import { summarise } from "./summary.js";
import type { Plan, PlanOptions, PlanTarget, Retention, RoundingName } from "./types.js";
import { type Part, partsByTarget } from "./updates.js";

/** What planning needs of a base. */
export interface PlanContext {
  readonly digest: string;
  /** Every target of the card, in its order. */
  readonly targets: readonly OpenTarget[];
  readonly now: () => number;
  readWeights(target: OpenTarget, signal: AbortSignal | undefined): Promise<WeightForm>;
}

/** A plan and the weights of the targets that it merges or promotes, by path. */
export interface WorkedPlan {
  readonly plan: Plan;
  readonly merged: ReadonlyMap<string, MergedWeight>;
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
  const intended = new Set([...parts.values()].flatMap((own) => own.map(({ use }) => use)));
  const pacer = new Pacer(context.now, signal);
  const targets: PlanTarget[] = [];
  const merged = new Map<string, MergedWeight>();
  const alive = new Set<PeelUse>();
  const changed = context.targets.filter(({ target }) => parts.has(target.path));
  for (const open of told(options.onProgress, "plan", changed, ({ target }) => target.path)) {
    const own = parts.get(open.target.path)!;
    const { planned, weight, erased } = await planTarget(context, open, own, options, pacer, signal);
    targets.push(planned);
    if (weight !== undefined) merged.set(planned.path, weight);
    if (!erased) for (const { use } of own) alive.add(use);
  }
  for (const use of uses)
    if (intended.has(use) && use.peel.adapter.embeddings.size === 0 && !alive.has(use))
      throw nothingLeft(use, options);
  return { plan: summarise(targets, uses, options), merged };
}

/** The plan of a target, the weight that it puts in place, and whether rounding left nothing of the update. */
interface PlannedTarget {
  readonly planned: PlanTarget;
  readonly weight?: MergedWeight;
  readonly erased: boolean;
}

async function planTarget(
  context: PlanContext,
  open: OpenTarget,
  parts: readonly Part[],
  options: PlanOptions,
  pacer: Pacer,
  signal: AbortSignal | undefined,
): Promise<PlannedTarget> {
  const { target } = open;
  const { strategy, rounding, reason } = allowed(target, parts, options);
  const common = {
    path: target.path,
    graph: target.graph,
    rank: parts.reduce((sum, { lowRank }) => sum + lowRank.rank, 0),
    peels: parts.map(({ use }) => use.peel.manifest.name),
  };
  const attach = { ...common, strategy: "attach", gain: 1, error: 0 } as const;
  if (strategy === "attach") return { erased: false, planned: { ...attach, reason: reason ?? "asked for" } };
  const form = await context.readWeights(open, signal);
  let merged: Retention | undefined;
  if (strategy !== "promote") {
    const seeded = await roundingFor(rounding, context.digest, target.path);
    const { bytes, erased, ...retention } = await mergeTarget(form, parts, seeded, pacer);
    merged = retention;
    if (strategy === "merge") checkFinite(target.path, retention);
    if (strategy === "merge" || keepsEnough(retention)) {
      const because = reason ?? (strategy === "merge" ? "asked for" : "merging keeps enough of the update");
      const planned = {
        ...common,
        ...retention,
        strategy: "merge",
        rounding,
        merged,
        reason: because,
      } as const;
      return { erased, weight: { kind: "merge", bytes }, planned };
    }
  }
  const why = merged === undefined ? [] : [tooLittle("merging", merged, rounding)];
  if (!canPromote(open))
    return { erased: false, planned: { ...attach, ...(merged && { merged }), reason: boundsOf(why) } };
  const { promoted: weight, erased, ...promoted } = await promoteTarget(open, form, parts, pacer);
  const measured = { ...(merged && { merged }), promoted };
  if (strategy === "promote") checkFinite(target.path, promoted);
  if (strategy === "promote" || keepsEnough(promoted)) {
    const because = strategy === "promote" ? "asked for" : boundsOf(why);
    const planned = { ...common, ...promoted, strategy: "promote", ...measured, reason: because } as const;
    return { erased, weight: { kind: "promote", promoted: weight }, planned };
  }
  const both = boundsOf([...why, tooLittle("promoting", promoted)]);
  return { erased: false, planned: { ...attach, ...measured, reason: both } };
}

/** Weights and scales of float16 can't hold everything: what would become infinite is refused, not stored. */
function checkFinite(path: string, { gain, error }: Retention): void {
  if (Number.isFinite(gain) && Number.isFinite(error)) return;
  throw new BananaError(
    "STRATEGY_UNAVAILABLE",
    "expected weights with the update to fit their type, found some that would become infinite",
    { where: path, hint: 'Use the strategy "auto" or "attach", or a smaller weight.' },
  );
}

function tooLittle(how: string, { gain, error }: Retention, rounding?: RoundingName): string {
  const by = rounding === undefined ? "" : ` by ${rounding}`;
  return `${how}${by} would keep a gain of ${gain.toFixed(3)} with an error of ${error.toFixed(3)}`;
}

function boundsOf(reasons: readonly string[]): string {
  return `${reasons.join(", ")}; bounds are 1 +- ${MERGE_BOUNDS.gain} and ${MERGE_BOUNDS.error}`;
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

function nothingLeft({ peel }: PeelUse, options: PlanOptions): BananaError {
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

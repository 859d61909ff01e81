import { BananaError, type Target } from "@banana-peel/format";
import type { OpenTarget } from "../base/check-target.js";
import type { OpenPlane } from "../base/planes.js";
import type { PeelUse } from "../peel/types.js";
import { applyTarget, checkEffect } from "./apply-plan.js";
import { checkOptions } from "./check-options.js";
import { type Allowed, allowed, boundsInWords, keepsEnough } from "./choose.js";
import type { PlanContext } from "./context.js";
import { type Estimate, estimateMerge, estimatePromotion } from "./estimate.js";
import { inTurns, writtenAtOnce } from "./in-turns.js";
import { canPromote } from "./promote-target.js";
import { summarise } from "./summary.js";
import type { Plan, PlanOptions, PlanTarget, Retention, RoundingName } from "./types.js";
import { type Part, partsByTarget } from "./updates.js";
import type { Watch } from "./watch.js";

/**
 * Works out a target as it is planned, as soon as it is.
 * @param plane its weight, as it was opened to be measured
 * @param total how many targets it is called for
 * @returns whether the target is another one than before
 */
export type OnPlanned = (
  open: OpenTarget,
  planned: PlanTarget,
  plane: OpenPlane | undefined,
  total: number,
) => Promise<boolean>;

/**
 * Plans, a few targets at a time. What merging keeps is measured on the values that it would store, for a sample of the
 * rows, never assumed; a target that is attached without a choice isn't measured: its branch computes the update
 * itself.
 * @param onPlanned called for every target that is measured, while others are planned
 * @throws BananaError INPUT_INVALID as checkOptions; STRATEGY_UNAVAILABLE, PEEL_NO_EFFECT when rounding would leave nothing of a peel; the signal's
 *   reason
 */
export async function makePlan(
  context: PlanContext,
  uses: readonly PeelUse[],
  options: PlanOptions,
  { signal, onProgress }: Watch,
  onPlanned?: OnPlanned,
): Promise<Plan> {
  signal?.throwIfAborted();
  checkOptions(context, options);
  const parts = partsByTarget(uses);
  const changing = context.targets.filter(({ target }) => parts.has(target.path));
  const targets = new Array<PlanTarget>(changing.length);
  const unsure = new Set<OpenTarget>();
  const erased = new Set<string>();
  const total = changing.length;
  let done = 0;
  const tell = (name: string) => onProgress?.({ step: "plan", name, done, total });
  const measured: { open: OpenTarget; own: readonly Part[]; may: Allowed; at: number }[] = [];
  for (const [at, open] of changing.entries()) {
    const own = parts.get(open.target.path)!;
    const may = allowed(open.target, own, options);
    if (may.strategy !== "attach") {
      measured.push({ open, own, may, at });
      continue;
    }
    tell(open.target.path);
    targets[at] = attached(open.target, own, may.reason ?? "asked for");
    done++;
  }
  const lanes = onPlanned && writtenAtOnce(context.engine);
  const measure = async ({ open, own, may, at }: (typeof measured)[number]) => {
    signal?.throwIfAborted();
    tell(open.target.path);
    const plane = await context.openPlane(open, signal);
    const { planned, changed } = await planTarget(context, open, plane, own, may, signal);
    targets[at] = planned;
    done++;
    if (onPlanned === undefined) {
      if (!changed) unsure.add(open);
    } else if (!(await onPlanned(open, planned, plane, measured.length))) erased.add(planned.path);
  };
  await inTurns(measured, measure, lanes);
  tell("");
  const plan = summarise(targets, uses, options);
  const gone = onPlanned === undefined ? await reallyErased(context, plan, uses, unsure, signal) : erased;
  checkEffect(plan, uses, gone);
  return plan;
}

/**
 * Of the targets whose sample doesn't change: those of which nothing changes at all, as far as it matters. A peel
 * with one target that changes is fine; of one without, every target is worked out until one does.
 */
async function reallyErased(
  context: PlanContext,
  { targets }: Plan,
  uses: readonly PeelUse[],
  unsure: ReadonlySet<OpenTarget>,
  signal: AbortSignal | undefined,
): Promise<Set<string>> {
  const parts = partsByTarget(uses);
  const open = new Map([...unsure].map((each) => [each.target.path, each]));
  const erased = new Set(open.keys());
  for (const { peel } of uses) {
    const own = targets.filter(({ path }) => peel.adapter.targets.has(path));
    if (own.some(({ path }) => !erased.has(path))) continue;
    for (const planned of own) {
      const { path } = planned;
      const { changed } = await applyTarget(context, open.get(path)!, parts.get(path)!, planned, signal);
      if (changed) erased.delete(path);
      if (changed) break;
    }
  }
  return erased;
}

/** The plan of a target, and whether its sample would change. */
interface PlannedTarget {
  readonly planned: PlanTarget;
  readonly changed: boolean;
}

/** The plan of an attached target. A swap makes one for every target, so nothing is spread or searched here. */
function attached({ path, graph }: Target, parts: readonly Part[], reason: string): PlanTarget {
  let rank = 0;
  for (const { lowRank } of parts) rank += lowRank.rank;
  const peels = parts.map(({ use }) => use.peel.manifest.name);
  return { path, graph, strategy: "attach", rank, peels, gain: 1, error: 0, reason };
}

async function planTarget(
  context: PlanContext,
  open: OpenTarget,
  plane: OpenPlane | undefined,
  parts: readonly Part[],
  may: Allowed,
  signal: AbortSignal | undefined,
): Promise<PlannedTarget> {
  const { target } = open;
  const attach = attached(target, parts, "");
  const { path, graph, rank, peels } = attach;
  const same = { path, graph, rank, peels };
  const why: string[] = [];
  const merged =
    may.strategy === "promote" ? undefined : await bestMerge(context, open, plane, parts, may, why, signal);
  if (merged !== undefined && (may.strategy === "merge" || merged.enough)) {
    const { rounding, retention, changed } = merged;
    if (may.strategy === "merge") checkFinite(target.path, retention);
    const reason =
      may.reason ?? (may.strategy === "merge" ? "asked for" : "merging keeps enough of the update");
    const planned = {
      ...same,
      ...retention,
      strategy: "merge",
      rounding,
      merged: retention,
      reason,
    } as const;
    return { changed, planned };
  }
  const seen = merged && { merged: merged.retention };
  if (!canPromote(open))
    return { changed: true, planned: { ...attach, ...seen, reason: boundsInWords(why) } };
  const { changed, ...promoted } = await estimatePromotion(context, open, parts, signal);
  const measured = { ...seen, promoted };
  if (may.strategy === "promote") checkFinite(target.path, promoted);
  if (may.strategy === "promote" || keepsEnough(promoted, "promote")) {
    const reason = may.strategy === "promote" ? "asked for" : boundsInWords(why);
    return { changed, planned: { ...same, ...promoted, strategy: "promote", ...measured, reason } };
  }
  const both = boundsInWords([...why, tooLittle("promoting", promoted)]);
  return { changed: true, planned: { ...attach, ...measured, reason: both } };
}

/** The first of the roundings that keeps enough, else the one that comes nearest to the whole gain. */
async function bestMerge(
  context: PlanContext,
  open: OpenTarget,
  plane: OpenPlane | undefined,
  parts: readonly Part[],
  { roundings }: Allowed,
  why: string[],
  signal: AbortSignal | undefined,
): Promise<{ rounding: RoundingName; retention: Retention; changed: boolean; enough: boolean }> {
  const tried: { rounding: RoundingName; retention: Retention; changed: boolean; enough: boolean }[] = [];
  for (const rounding of roundings) {
    const { changed, ...retention }: Estimate = await estimateMerge(
      context,
      open,
      plane,
      parts,
      rounding,
      signal,
    );
    const enough = keepsEnough(retention, rounding);
    tried.push({ rounding, retention, changed, enough });
    if (enough) break;
    why.push(tooLittle("merging", retention, rounding));
  }
  const off = ({ retention }: (typeof tried)[number]) => Math.abs(retention.gain - 1);
  return (
    tried.find(({ enough }) => enough) ?? tried.reduce((best, next) => (off(next) < off(best) ? next : best))
  );
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

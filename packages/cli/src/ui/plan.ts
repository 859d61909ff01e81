import type { Plan } from "@banana-peel/runtime";
import type { Colours } from "./colours.js";
import { plain, plural } from "./format.js";
import { table } from "./table.js";

/** A plan, and what it is for. */
export interface PlanReport {
  readonly base: { readonly family: string; readonly version: string; readonly digest: string };
  readonly peels: readonly {
    readonly name: string;
    readonly version: string;
    readonly weight: number;
    readonly signed: boolean;
  }[];
  readonly plan: Plan;
}

/** `@peels/x 1.0.0 at weight 0.8 on nano 0.1.0`. */
export function planTitle({ base, peels }: Pick<PlanReport, "base" | "peels">): string {
  const each = peels.map(
    ({ name, version, weight, signed }) =>
      `${name} ${version} at weight ${weight}${signed ? "" : " (not signed)"}`,
  );
  return `${each.join(", ")} on ${base.family} ${base.version}`;
}

/** `48 targets: 12 merged, 36 attached; …`. */
export function planTotals({ targets, totals, gain, error }: Plan): string {
  const counts = [
    [totals.merged, "merged"],
    [totals.promoted, "promoted"],
    [totals.attached, "attached"],
  ] as const;
  const done = counts.flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : []));
  const head = `${plural(targets.length, "target")}: ${done.join(", ") || "none changed"}`;
  return targets.length === 0
    ? head
    : `${head}; gain at least ${gain.min.toFixed(3)} (median ${gain.median.toFixed(3)}), error at most ${error.max.toFixed(3)} (median ${error.median.toFixed(3)})`;
}

/** The plan for people: a row a target, its reasons once each below. */
export function planText(report: PlanReport, colours: Colours, picture?: string): string {
  const { plan } = report;
  const reasons = [...new Set(plan.targets.map(({ reason }) => kind(reason)))];
  const rows = plan.targets.map(({ path, strategy, rounding, rank, gain, error, reason }) => [
    path,
    rounding === undefined ? strategy : `${strategy} (${rounding})`,
    String(rank),
    gain.toFixed(3),
    error.toFixed(3),
    reasons.length > 1 ? `${reasons.indexOf(kind(reason)) + 1}` : "",
  ]);
  const head = ["target", "strategy", "rank", "gain", "error", reasons.length > 1 ? "why" : ""];
  const why = reasons.map((reason, i) => `${reasons.length > 1 ? `${i + 1} ` : "why: "}${plain(reason)}\n`);
  return [
    `${colours.bold(planTitle(report))}\n`,
    table(head, rows, colours),
    ...why,
    `${planTotals(plan)}\n`,
    ...plan.warnings.map((warning) => `${colours.yellow("warning")}: ${plain(warning)}\n`),
    ...(picture === undefined ? [] : [`${colours.green("drew")} ${picture}\n`]),
  ].join("");
}

/** A reason without its target's figures, which the table has. */
function kind(reason: string): string {
  return reason.replaceAll(
    / would keep a gain of [^\s,;]+ with an error of [^\s,;]+/g,
    " would keep too little or add too much",
  );
}

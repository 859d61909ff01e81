import type { ValidationReport } from "@banana-peel/client";
import type { ImportResult } from "@banana-peel/importer";
import type { Colours } from "./colours.js";
import { plain } from "./format.js";
import { messageText } from "./problems.js";

/** What an import made, and how much of the LoRA and of the base it covers. */
export interface ImportReport extends Omit<ImportResult, "adapter"> {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  readonly base: { readonly family: string; readonly version: string; readonly digest: string };
  readonly rank: number;
  readonly alpha: number;
  /** What the peel still lacks before it can be published. */
  readonly problems: ValidationReport["problems"];
}

/** The report for people. */
export function importText(report: ImportReport, colours: Colours): string {
  const { coverage, base, approximation, notes, problems } = report;
  const { covered, uncovered, unmatched } = coverage;
  const of = covered.length + uncovered.length;
  const lines = [
    `${colours.green("imported")} ${report.name} ${report.version} into ${report.folder} (${report.format}, rank ${report.rank})`,
    `covers ${covered.length} of ${of} targets of ${base.family} ${base.version}`,
    ...covered.map(
      ({ target, module, rank }) => `  ${colours.green("+")} ${target}  rank ${rank}, from ${plain(module)}`,
    ),
    ...uncovered.map((target) => `  ${colours.dim("-")} ${target}  ${colours.dim("not changed")}`),
    ...unmatched.map(
      ({ module, reason, nearest }) =>
        `  ${colours.yellow("!")} ${plain(module)}  left out: ${plain(reason)}${nearest.length > 0 ? ` (near ${nearest.join(", ")})` : ""}`,
    ),
    ...approximation.map(
      ({ target, form, rank, relativeError }) =>
        `  ${colours.yellow("~")} ${target}  ${form} approximated with rank ${rank}, relative error ${relativeError.toExponential(2)}`,
    ),
    ...notes.map((note) => `note: ${plain(note)}`),
  ];
  const missing = problems.map((problem) => messageText({ ...problem, code: problem.rule }, colours));
  const end = problems.length === 0 ? "" : "before it can be published:\n";
  return `${lines.join("\n")}\n${end}${missing.join("")}`;
}

import type { ValidationReport } from "@banana-peel/client";
import type { ImportResult } from "@banana-peel/importer";
import type { Colours } from "./colours.js";
import { plain } from "./format.js";
import { messageText } from "./problems.js";
import { UNSIGNED } from "./signer.js";

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
  /** True: the peel was signed, and isn't any more. */
  readonly unsigned: boolean;
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
    ...alike(uncovered).map((targets) => `  ${colours.dim("-")} ${targets}  ${colours.dim("not changed")}`),
    ...unmatched.map(
      ({ module, reason, nearest }) =>
        `  ${colours.yellow("!")} ${plain(module)}  left out: ${plain(reason)}${nearest.length > 0 ? ` (near ${nearest.join(", ")})` : ""}`,
    ),
    ...approximation.map(
      ({ target, form, rank, relativeError }) =>
        `  ${colours.yellow("~")} ${target}  ${form} approximated with rank ${rank}, relative error ${percent(relativeError)}`,
    ),
    ...notes.map((note) => `note: ${plain(note)}`),
    ...(report.unsigned ? [UNSIGNED] : []),
  ];
  const missing = problems.map((problem) => messageText({ ...problem, code: problem.rule }, colours));
  const end = problems.length === 0 ? "" : "before it can be published:\n";
  return `${lines.join("\n")}\n${end}${missing.join("")}`;
}

/** Names of targets with those together that differ in the number of their block alone: `blocks.1-7.attn.q_proj`. */
export function alike(targets: readonly string[]): string[] {
  const groups = new Map<string, number[]>();
  for (const target of targets) {
    const [, before = target, number, after = ""] = /^(.*?(?:^|\.))(\d+)((?:\.|$).*)$/.exec(target) ?? [];
    const key = number === undefined ? target : `${before}#${after}`;
    const numbers = groups.get(key) ?? [];
    if (number !== undefined) numbers.push(Number(number));
    groups.set(key, numbers);
  }
  return [...groups].map(([key, numbers]) =>
    numbers.length === 0 ? key : key.replace("#", () => spans(numbers)),
  );
}

/** `0-2,5` for 0, 1, 2 and 5. */
function spans(numbers: readonly number[]): string {
  const found: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else found.push([number, number]);
  }
  return found.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
}

const percent = (part: number) => `${(100 * part).toPrecision(2)}%`;

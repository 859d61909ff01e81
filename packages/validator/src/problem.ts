import { type RuleCode, ruleInfo } from "./rules/table.js";

/** One way in which a file or a peel breaks the specification. */
export interface Problem {
  /** Stable code, documented by `ruleInfo` and in docs/specification/rules.md. */
  rule: RuleCode;
  /** error: the peel must not be packed, published or accepted. warning: its author should look. */
  severity: "error" | "warning";
  /** What was expected and what was found. */
  message: string;
  /** A file with a JSON pointer or a tensor's name, as in `peel.json:/adapters/0/rank`. */
  where: string;
  /** The mend, as an instruction. */
  hint: string;
}

/** Most problems that one check reports, so that a hostile file can't fill the memory with messages. */
export const MAX_PROBLEMS = 1000;

/** A problem of a rule, with the rule's severity. */
export function problem(rule: RuleCode, text: { message: string; where: string; hint: string }): Problem {
  return { rule, severity: ruleInfo(rule).severity, ...text };
}

/** True when nothing is wrong but warnings. */
export function isAcceptable(problems: readonly Problem[]): boolean {
  return problems.every(({ severity }) => severity !== "error");
}

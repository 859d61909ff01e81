import { adapterRules } from "./adapter-rules.js";
import { cardRules } from "./card-rules.js";
import { documentRules } from "./document-rules.js";
import { layoutRules } from "./layout-rules.js";
import { manifestRules } from "./manifest-rules.js";

/** What a rule asks for. */
export interface RuleInfo {
  /** One line: what is wrong. */
  readonly title: string;
  /** Why the rule exists and how to follow it. */
  readonly explanation: string;
  readonly severity: "error" | "warning";
  /** File in docs/specification and heading in it, as in `peel.md#layout`. */
  readonly section: string;
}

const table = {
  ...documentRules,
  ...layoutRules,
  ...manifestRules,
  ...adapterRules,
  ...cardRules,
} as const satisfies Record<string, RuleInfo>;

/** Every rule there is. */
export type RuleCode = keyof typeof table;

/** All rules, sorted. */
export const RULE_CODES: readonly RuleCode[] = (Object.keys(table) as RuleCode[]).sort();

/** The meaning of a rule. */
export function ruleInfo(code: RuleCode): RuleInfo {
  return table[code];
}

import { BananaError, type BaseCard, type ErrorCode, type PeelSource } from "@banana-peel/format";
import { type Problem, type RuleCode, validatePeel } from "@banana-peel/validator";

/** Rules whose breach has an error code of its own. */
const CODE_OF_RULE: Partial<Record<RuleCode, ErrorCode>> = {
  "peel/base-shape": "SHAPE_MISMATCH",
  "peel/target-unknown": "TARGET_UNKNOWN",
};

/**
 * Refuses a peel that breaks the specification, or whose adapters don't fit the targets of the given bases.
 * @returns the warnings
 * @throws BananaError PEEL_INVALID, SHAPE_MISMATCH, TARGET_UNKNOWN, with every problem in `details.problems`
 */
export async function requireValid(source: PeelSource, bases: readonly BaseCard[] = []): Promise<Problem[]> {
  const problems = await validatePeel(source, { bases });
  const errors = problems.filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (first === undefined) return problems;
  const codes = new Set(errors.map(({ rule }) => CODE_OF_RULE[rule] ?? "PEEL_INVALID"));
  const code = codes.has("PEEL_INVALID") ? "PEEL_INVALID" : (CODE_OF_RULE[first.rule] ?? "PEEL_INVALID");
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  throw new BananaError(code, `${first.message}${more}`, {
    where: `${source.label}: ${first.where}`,
    hint: first.hint,
    details: { problems },
  });
}

import { type Problem, problem } from "../problem.js";
import type { RuleCode } from "../rules/table.js";
import { checkLicense } from "./spdx.js";

/** A licence that isn't an SPDX expression, as a problem of a rule; none when it is one. */
export function licenseProblems(rule: RuleCode, license: string, where: string): Problem[] {
  const found = checkLicense(license);
  if (found === undefined) return [];
  const hint =
    found.suggestion === undefined
      ? "Write identifiers of spdx.org/licenses, or LicenseRef- and a name of your own whose words are in LICENSE."
      : `Did you mean ${found.suggestion}?`;
  return [problem(rule, { message: found.message, where, hint })];
}

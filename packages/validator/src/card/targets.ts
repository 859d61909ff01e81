import type { BaseCard } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";

/** base/target-duplicate. Specification: docs/specification/base.md, Targets. */
export function checkTargets(card: BaseCard, label: string): Problem[] {
  const problems: Problem[] = [];
  const first = new Map<string, number>();
  for (const [index, { path }] of card.targets.entries()) {
    const other = first.get(path);
    if (other === undefined) first.set(path, index);
    else
      problems.push(
        problem("base/target-duplicate", {
          message: `expected each module path once, found ${path} also at /targets/${other}`,
          where: `${label}:/targets/${index}/path`,
          hint: "Give each target its own module path.",
        }),
      );
  }
  return problems;
}

import type { BaseCard, Target } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";

const CONVOLUTIONS = ["Conv", "ConvTranspose", "ConvInteger", "QLinearConv"];

/** base/target-duplicate and base/kernel. Specification: docs/specification/base.md, Targets. */
export function checkTargets(card: BaseCard, label: string): Problem[] {
  const problems: Problem[] = [];
  const first = new Map<string, number>();
  for (const [index, target] of card.targets.entries()) {
    const { path } = target;
    problems.push(...checkKernel(target, `${label}:/targets/${index}`));
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

/** base/kernel: convolutions have a kernel, nothing else has, and K and N are made of whole groups of it. */
function checkKernel({ operator, kernel, groups = 1, k, n }: Target, where: string): Problem[] {
  const refuse = (field: string, message: string, hint: string) => [
    problem("base/kernel", { message, where: `${where}/${field}`, hint }),
  ];
  if (!CONVOLUTIONS.includes(operator)) {
    if (kernel === undefined && groups === 1) return [];
    const field = kernel === undefined ? "groups" : "kernel";
    return refuse(field, `expected no ${field} for ${operator}, found one`, `Remove ${field}.`);
  }
  if (kernel === undefined)
    return refuse("kernel", `expected the kernel's sizes for ${operator}, found none`, "Add kernel.");
  const positions = kernel.reduce((product, size) => product * size, 1);
  if (k % positions !== 0)
    return refuse(
      "k",
      `expected a multiple of the kernel's ${positions} positions, found ${k}`,
      "k is the input channels of a group times the positions of the kernel.",
    );
  if (n % groups !== 0)
    return refuse("groups", `expected a divisor of n (${n}), found ${groups}`, "Correct groups or n.");
  return [];
}

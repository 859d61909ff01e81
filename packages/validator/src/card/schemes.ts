import type { BaseCard, Scheme } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";

/** base/scheme. Specification: docs/specification/base.md, Schemes. */
export function checkSchemes(card: BaseCard, label: string): Problem[] {
  return card.targets.flatMap(({ scheme }, index) =>
    contradictions(scheme).map(([field, message, hint]) =>
      problem("base/scheme", { message, where: `${label}:/targets/${index}/scheme/${field}`, hint }),
    ),
  );
}

function contradictions(scheme: Scheme): [field: string, message: string, hint: string][] {
  const found: [string, string, string][] = [];
  const { min, max, signed, granularity, axis } = scheme;
  const [lowest, highest] = signed ? [-128, 127] : [0, 255];
  const kind = signed ? "signed" : "unsigned";
  if (min < lowest)
    found.push([
      "min",
      `expected at least ${lowest} for ${kind} 8 bits, found ${min}`,
      "Correct min or signed.",
    ]);
  if (max > highest)
    found.push([
      "max",
      `expected at most ${highest} for ${kind} 8 bits, found ${max}`,
      "Correct max or signed.",
    ]);
  if (min >= max)
    found.push(["min", `expected min below max, found ${min} and ${max}`, "Correct min or max."]);
  if (granularity === "channel" && axis === undefined)
    found.push([
      "axis",
      "expected an axis for granularity channel, found none",
      "Add axis: 1 for [K,N] weights.",
    ]);
  if (granularity === "tensor" && axis !== undefined)
    found.push(["axis", `expected no axis for granularity tensor, found ${axis}`, "Remove axis."]);
  return found;
}

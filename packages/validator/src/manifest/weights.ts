import type { PeelManifest } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";

/** peel/weight-range. Specification: docs/specification/peel.md, Weights. */
export function checkWeights(manifest: PeelManifest, label: string): Problem[] {
  return manifest.adapters.flatMap(({ weight }, index) => {
    if (weight === undefined) return [];
    const { default: usual, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = weight;
    const found: [message: string, hint: string][] = [];
    if (usual === 0)
      found.push(["expected a default weight other than 0, found 0", "Write 1, the weight as trained."]);
    if (min >= max) found.push([`expected min below max, found ${min} and ${max}`, "Correct min or max."]);
    else if (usual < min || usual > max)
      found.push([
        `expected the default from ${weight.min ?? "any"} to ${weight.max ?? "any"}, found ${usual}`,
        "Move the default between min and max.",
      ]);
    return found.map(([message, hint]) =>
      problem("peel/weight-range", { message, where: `${label}:/adapters/${index}/weight`, hint }),
    );
  });
}

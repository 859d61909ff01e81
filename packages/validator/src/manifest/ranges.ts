import type { PeelManifest } from "@banana-peel/format";
import { validRange } from "semver";
import { type Problem, problem } from "../problem.js";

/** peel/range-invalid. Specification: docs/specification/peel.md, Bases. */
export function checkRanges(manifest: PeelManifest, label: string): Problem[] {
  return manifest.adapters.flatMap(({ base }, index) =>
    validRange(base.range) !== null
      ? []
      : [
          problem("peel/range-invalid", {
            message: `expected a semver range, found ${JSON.stringify(base.range)}`,
            where: `${label}:/adapters/${index}/base/range`,
            hint: "Write a range as npm reads it, as in ^1.0.0 or >=1.2.0 <2.0.0.",
          }),
        ],
  );
}

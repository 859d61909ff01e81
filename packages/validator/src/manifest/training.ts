import type { PeelManifest } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";

/** peel/training-scheme. Specification: docs/specification/peel.md, Training. */
export function checkTraining(manifest: PeelManifest, label: string): Problem[] {
  return manifest.adapters.flatMap(({ training }, index) =>
    training?.method !== "merge-aware" || training.scheme !== undefined
      ? []
      : [
          problem("peel/training-scheme", {
            message: "expected a scheme for the method merge-aware, found none",
            where: `${label}:/adapters/${index}/training`,
            hint: 'Add "scheme": "int8" or "int4", the grid that it was trained for.',
          }),
        ],
  );
}

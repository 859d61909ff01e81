import type { PeelManifest } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";

/** peel/trigger-duplicate. Specification: docs/specification/peel.md, Triggers. */
export function checkTriggers(manifest: PeelManifest, label: string): Problem[] {
  const words = (manifest.triggers ?? []).map(({ word }) => word);
  return words.flatMap((word, index) =>
    words.indexOf(word) === index
      ? []
      : [
          problem("peel/trigger-duplicate", {
            message: `expected each word once, found ${word} also at /triggers/${words.indexOf(word)}`,
            where: `${label}:/triggers/${index}/word`,
            hint: "Remove one of the two, or choose another word.",
          }),
        ],
  );
}

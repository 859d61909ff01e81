import type { BaseCard } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";
import { isPlainVersion, VERSION_HINT } from "../version.js";

/** base/version-not-semver. Specification: docs/specification/base.md, base.json. */
export function checkCardVersion(card: BaseCard, label: string): Problem[] {
  if (isPlainVersion(card.version)) return [];
  return [
    problem("base/version-not-semver", {
      message: `expected a semantic version, found ${JSON.stringify(card.version)}`,
      where: `${label}:/version`,
      hint: VERSION_HINT,
    }),
  ];
}

import type { BaseCard } from "@banana-peel/format";
import { licenseProblems } from "../license/license-rules.js";
import type { Problem } from "../problem.js";

/** base/license-not-spdx. Specification: docs/specification/base.md, base.json. */
export function checkCardLicense({ license }: BaseCard, label: string): Problem[] {
  return licenseProblems("base/license-not-spdx", license, `${label}:/license`);
}

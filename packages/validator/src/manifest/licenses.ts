import type { PeelManifest } from "@banana-peel/format";
import { licenseProblems } from "../license/license-rules.js";
import { type Problem, problem } from "../problem.js";

/** peel/license-not-spdx, peel/license-words-missing. Specification: docs/specification/peel.md, Licences. */
export function checkLicenses({ license, credits = [] }: PeelManifest, label: string): Problem[] {
  return [
    ...licenseProblems("peel/license-not-spdx", license, `${label}:/license`),
    ...credits.flatMap((credit, index) => {
      const where = `${label}:/credits/${index}`;
      const wrong = licenseProblems("peel/license-not-spdx", credit.license, `${where}/license`);
      if (wrong.length > 0 || !credit.license.includes("LicenseRef-") || credit.notice !== undefined)
        return wrong;
      return [
        problem("peel/license-words-missing", {
          message: `expected the words of ${JSON.stringify(credit.license)} in notice, found none`,
          where: `${where}/notice`,
          hint: "Put there what the author asks for: nobody else knows a LicenseRef- of theirs.",
        }),
      ];
    }),
  ];
}

import type { BaseCard } from "@banana-peel/format";
import type { Problem } from "../problem.js";
import { checkFiles } from "./files.js";
import { checkGraphs } from "./graphs.js";
import { checkCardLicense } from "./license.js";
import { checkSampler } from "./sampler.js";
import { checkSchemes } from "./schemes.js";
import { checkTargets } from "./targets.js";
import { checkCardVersion } from "./version.js";

/** Everything that a base card's schema can't say. `label` is the name of the file for `where`. */
export function checkCard(card: BaseCard, label: string): Problem[] {
  const rules = [
    checkCardVersion,
    checkCardLicense,
    checkFiles,
    checkGraphs,
    checkTargets,
    checkSchemes,
    checkSampler,
  ];
  return rules.flatMap((rule) => rule(card, label));
}

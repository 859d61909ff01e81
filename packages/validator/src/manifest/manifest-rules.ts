import type { PeelManifest } from "@banana-peel/format";
import type { Problem } from "../problem.js";
import { checkAdaptersDiffer } from "./adapters-differ.js";
import { checkLicenses } from "./licenses.js";
import { checkNames } from "./names.js";
import { checkRanges } from "./ranges.js";
import { checkRelations } from "./relations.js";
import { checkTraining } from "./training.js";
import { checkTriggers } from "./triggers.js";
import { checkVersion } from "./version.js";
import { checkWeights } from "./weights.js";

/** Everything that peel.json's schema can't say and that needs no other file. `label` is its name for `where`. */
export function checkManifest(manifest: PeelManifest, label: string): Problem[] {
  const rules = [
    checkNames,
    checkVersion,
    checkLicenses,
    checkRanges,
    checkAdaptersDiffer,
    checkWeights,
    checkTraining,
    checkTriggers,
    checkRelations,
  ];
  return rules.flatMap((rule) => rule(manifest, label));
}

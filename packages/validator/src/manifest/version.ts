import type { PeelManifest } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";
import { isPlainVersion, VERSION_HINT } from "../version.js";

/** peel/version-not-semver. Specification: docs/specification/peel.md, Names and versions. */
export function checkVersion(manifest: PeelManifest, label: string): Problem[] {
  if (isPlainVersion(manifest.version)) return [];
  return [
    problem("peel/version-not-semver", {
      message: `expected a semantic version, found ${JSON.stringify(manifest.version)}`,
      where: `${label}:/version`,
      hint: VERSION_HINT,
    }),
  ];
}

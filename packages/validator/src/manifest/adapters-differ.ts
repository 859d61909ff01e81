import type { AdapterEntry, PeelManifest } from "@banana-peel/format";
import { intersects, validRange } from "semver";
import { type Problem, problem } from "../problem.js";

/** peel/adapters-ambiguous. Specification: docs/specification/peel.md, Bases. */
export function checkAdaptersDiffer(manifest: PeelManifest, label: string): Problem[] {
  const problems: Problem[] = [];
  for (const [index, adapter] of manifest.adapters.entries()) {
    const other = manifest.adapters.slice(0, index).findIndex((earlier) => overlap(earlier, adapter));
    if (other < 0) continue;
    const { family, range } = adapter.base;
    problems.push(
      problem("peel/adapters-ambiguous", {
        message: `expected one adapter for a base, found ${family} ${range} to fit /adapters/${other} too`,
        where: `${label}:/adapters/${index}/base`,
        hint: "Give the two ranges without a common version, or pin each to a digest of its own.",
      }),
    );
  }
  return problems;
}

/** True when some base fits both. A digest beside none is no overlap: the pinned adapter goes first. */
function overlap({ base: a }: AdapterEntry, { base: b }: AdapterEntry): boolean {
  if (a.family !== b.family || a.digest !== b.digest) return false;
  if (validRange(a.range) === null || validRange(b.range) === null) return false;
  return intersects(a.range, b.range);
}

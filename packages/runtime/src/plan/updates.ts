import type { LowRank } from "@banana-peel/format";
import type { PeelUse } from "../peel/types.js";

/** One part in the update of a target. */
export interface UpdatePart {
  readonly lowRank: LowRank;
  /** weight * alpha / rank: what B A is multiplied with. */
  readonly factor: number;
}

/** One peel's part. */
export interface Part extends UpdatePart {
  readonly use: PeelUse;
}

/** How strongly a peel is applied to a target. */
export function weightOn({ weight, perTarget }: PeelUse, path: string): number {
  return perTarget !== undefined && Object.hasOwn(perTarget, path) ? perTarget[path]! : weight;
}

const known = new WeakMap<readonly PeelUse[], ReadonlyMap<string, readonly Part[]>>();

/**
 * The parts of every target that the uses change, by path; uses of weight 0 change nothing. Remembered by the list,
 * which never changes once usesOf has made it: planning, merging and feeding all ask.
 */
export function partsByTarget(uses: readonly PeelUse[]): ReadonlyMap<string, readonly Part[]> {
  let parts = known.get(uses);
  if (parts === undefined) {
    parts = makeParts(uses);
    known.set(uses, parts);
  }
  return parts;
}

function makeParts(uses: readonly PeelUse[]): Map<string, Part[]> {
  const parts = new Map<string, Part[]>();
  for (const use of uses) {
    for (const lowRank of use.peel.adapter.targets.values()) {
      const weight = weightOn(use, lowRank.path);
      if (weight === 0) continue;
      const part = { use, lowRank, factor: (weight * use.peel.entry.alpha) / lowRank.rank };
      const others = parts.get(lowRank.path);
      if (others === undefined) parts.set(lowRank.path, [part]);
      else others.push(part);
    }
  }
  return parts;
}

/**
 * Gives the rows [N] of the intended update of a [K,N] weight, sum over the parts of factor * (B A)^T, one row k at
 * a time. The order of operations is fixed, in doubles, so that every machine gets the same numbers: from 0, for
 * each part in the order given and each r in ascending order, add (factor * B[n,r]) * A[r,k].
 */
export function updateRows(parts: readonly UpdatePart[], n: number): (k: number, out: Float64Array) => void {
  const prepared = parts.map(({ lowRank, factor }) => {
    const scaled = new Float64Array(lowRank.rank * n);
    for (let r = 0; r < lowRank.rank; r++)
      for (let column = 0; column < n; column++)
        scaled[r * n + column] = factor * lowRank.b[column * lowRank.rank + r]!;
    return { scaled, a: lowRank.a, rank: lowRank.rank, k: lowRank.k };
  });
  return (row, out) => {
    out.fill(0);
    for (const { scaled, a, rank, k } of prepared)
      for (let r = 0; r < rank; r++) {
        const left = a[r * k + row]!;
        const first = r * n;
        for (let column = 0; column < n; column++) out[column]! += scaled[first + column]! * left;
      }
  };
}

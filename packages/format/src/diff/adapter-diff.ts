import type { Adapter, LowRank } from "../adapter.js";

/** How the change of one target's weights differs between two adapters. */
export interface TargetDiff {
  readonly path: string;
  readonly change: "added" | "removed" | "changed" | "same";
  /** Ranks before and after; undefined where there is none. */
  readonly rank: { readonly before: number | undefined; readonly after: number | undefined };
  /** Frobenius norms of delta W before and after; 0 where there is none. */
  readonly norm: { readonly before: number; readonly after: number };
  /** ||after - before|| / ||before||, Frobenius: how far the weights moved; undefined for what was nothing before. */
  readonly moved: number | undefined;
  /** Cosine between both changes, 1 for the same direction; 0 where one of them is nothing. */
  readonly cosine: number;
}

/** An adapter and its alpha, which scales it: delta W = alpha / rank * B A. */
export interface ScaledAdapter {
  readonly adapter: Adapter;
  readonly alpha: number;
}

/**
 * Compares two adapters target by target, in the order of the paths. What matters is delta W: factors that are
 * written otherwise but make the same change are the same. Norms and products come from the factors' Gram matrices,
 * so that no [N,K] matrix is made; differences below 1e-6 of the norms are the noise of that and of float32.
 */
export function diffAdapters(before: ScaledAdapter, after: ScaledAdapter): TargetDiff[] {
  const paths = [...new Set([...before.adapter.targets.keys(), ...after.adapter.targets.keys()])].sort();
  return paths.map((path) => {
    const old = before.adapter.targets.get(path);
    const own = after.adapter.targets.get(path);
    const comparable = old !== undefined && own !== undefined && old.k === own.k && old.n === own.n;
    const was = old === undefined ? 0 : product(old, old) * (before.alpha / old.rank) ** 2;
    const is = own === undefined ? 0 : product(own, own) * (after.alpha / own.rank) ** 2;
    const both = comparable ? product(old, own) * (before.alpha / old.rank) * (after.alpha / own.rank) : 0;
    const norms = Math.sqrt(was * is);
    const moved = identical(old, own, before.alpha, after.alpha)
      ? 0
      : Math.sqrt(Math.max(0, was + is - 2 * both));
    const relative = moved === 0 ? 0 : was === 0 ? undefined : moved / Math.sqrt(was);
    const same = comparable && relative !== undefined && relative <= NOISE;
    return {
      path,
      change: old === undefined ? "added" : own === undefined ? "removed" : same ? "same" : "changed",
      rank: { before: old?.rank, after: own?.rank },
      norm: { before: Math.sqrt(was), after: Math.sqrt(is) },
      moved: same ? 0 : relative,
      cosine: norms === 0 ? 0 : same ? 1 : Math.max(-1, Math.min(1, both / norms)),
    };
  });
}

/** Relative difference below which two changes are one: the square root of doubles' 1e-16, with room. */
const NOISE = 1e-6;

function identical(
  old: LowRank | undefined,
  own: LowRank | undefined,
  alphaBefore: number,
  alphaAfter: number,
): boolean {
  if (old === undefined || own === undefined || old.rank !== own.rank || alphaBefore !== alphaAfter)
    return false;
  return equal(old.a, own.a) && equal(old.b, own.b);
}

function equal(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** <B1 A1, B2 A2> in Frobenius' sense: the sum over r, s of (B1^T B2)[r,s] * (A1 A2^T)[r,s]. */
function product(one: LowRank, two: LowRank): number {
  const { k, n } = one;
  let sum = 0;
  for (let r = 0; r < one.rank; r++)
    for (let s = 0; s < two.rank; s++) {
      let rows = 0;
      for (let i = 0; i < k; i++) rows += one.a[r * k + i]! * two.a[s * k + i]!;
      let columns = 0;
      for (let i = 0; i < n; i++) columns += one.b[i * one.rank + r]! * two.b[i * two.rank + s]!;
      sum += rows * columns;
    }
  return sum;
}

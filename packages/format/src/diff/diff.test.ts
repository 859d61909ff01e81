import { describe, expect, it } from "vitest";
import type { Adapter, LowRank } from "../adapter.js";
import { diffAdapters, type ScaledAdapter } from "./adapter-diff.js";
import { diffJson } from "./json-diff.js";

const K = 5;
const N = 4;

function lowRank(rank: number, seed: number, path = "x"): LowRank {
  const fill = (length: number, shift: number) =>
    Float32Array.from({ length }, (_, i) => Math.fround(Math.sin(i * 1.7 + seed + shift)));
  return { path, rank, k: K, n: N, a: fill(rank * K, 0), b: fill(N * rank, 3) };
}

const scaled = (alpha: number, ...targets: LowRank[]): ScaledAdapter => ({
  alpha,
  adapter: {
    targets: new Map(targets.map((target) => [target.path, target])),
    embeddings: new Map(),
  } as Adapter,
});

/** delta W as a whole, the slow way. */
function dense({ rank, a, b }: LowRank, alpha: number): number[] {
  return Array.from({ length: N * K }, (_, at) => {
    const [n, k] = [Math.floor(at / K), at % K];
    let sum = 0;
    for (let r = 0; r < rank; r++) sum += b[n * rank + r]! * a[r * K + k]!;
    return (alpha / rank) * sum;
  });
}
const norm = (values: number[]) => Math.hypot(...values);

describe("diffAdapters", () => {
  it.each([
    [2, 1, 2, 2],
    [1, 3, 4, 8],
    [3, 3, 1, 1],
  ])("of ranks %i and %i is what whole matrices give", (rankBefore, rankAfter, alphaBefore, alphaAfter) => {
    const [old, own] = [lowRank(rankBefore, 0), lowRank(rankAfter, 1)];
    const [found] = diffAdapters(scaled(alphaBefore, old), scaled(alphaAfter, own));
    const [was, is] = [dense(old, alphaBefore), dense(own, alphaAfter)];
    const difference = is.map((value, i) => value - was[i]!);
    expect(found).toMatchObject({ change: "changed", rank: { before: rankBefore, after: rankAfter } });
    expect(found!.norm.before).toBeCloseTo(norm(was), 10);
    expect(found!.norm.after).toBeCloseTo(norm(is), 10);
    expect(found!.moved).toBeCloseTo(norm(difference) / norm(was), 10);
    const dot = is.reduce((sum, value, i) => sum + value * was[i]!, 0);
    expect(found!.cosine).toBeCloseTo(dot / (norm(was) * norm(is)), 10);
  });

  it("calls factors that make the same change the same", () => {
    const one = lowRank(2, 0);
    const halves = { ...one, a: one.a.map((value) => value / 2), b: one.b.map((value) => value * 2) };
    expect(diffAdapters(scaled(2, one), scaled(2, halves))).toMatchObject([
      { change: "same", moved: 0, cosine: 1 },
    ]);
    expect(diffAdapters(scaled(2, one), scaled(2, one))).toMatchObject([{ change: "same", moved: 0 }]);
    expect(diffAdapters(scaled(2, one), scaled(4, one))).toMatchObject([{ change: "changed", moved: 1 }]);
  });

  it("knows what is new, gone, turned round, and of another shape", () => {
    const [a, b] = [lowRank(1, 0, "a"), lowRank(1, 1, "b")];
    expect(diffAdapters(scaled(1, a), scaled(1, b))).toMatchObject([
      { path: "a", change: "removed", moved: 1, cosine: 0, rank: { before: 1, after: undefined } },
      { path: "b", change: "added", moved: undefined, cosine: 0 },
    ]);
    const turned = { ...a, b: a.b.map((value) => -value) };
    const [opposite] = diffAdapters(scaled(1, a), scaled(1, turned));
    expect([opposite!.moved, opposite!.cosine]).toEqual([expect.closeTo(2, 10), expect.closeTo(-1, 10)]);
    const wider = { ...lowRank(1, 0, "a"), k: K + 1, a: new Float32Array(K + 1).fill(1) };
    expect(diffAdapters(scaled(1, a), scaled(1, wider))).toMatchObject([{ change: "changed", cosine: 0 }]);
  });
});

describe("diffJson", () => {
  it.each<[unknown, unknown, unknown[]]>([
    [{ a: 1 }, { a: 1 }, []],
    [{ a: 1 }, { a: 2 }, [["/a", 1, 2]]],
    [
      { a: [1, { b: 2 }] },
      { a: [1, { b: 3 }, 4] },
      [
        ["/a/1/b", 2, 3],
        ["/a/2", undefined, 4],
      ],
    ],
    [{ "a/b": { "~": 1 } }, {}, [["/a~1b", { "~": 1 }, undefined]]],
    [{ a: [] }, { a: {} }, [["/a", [], {}]]],
    [null, { a: 1 }, [["", null, { a: 1 }]]],
  ])("of %j and %j", (before, after, changes) => {
    expect(diffJson(before, after).map((change) => [change.path, change.before, change.after])).toEqual(
      changes,
    );
  });
});

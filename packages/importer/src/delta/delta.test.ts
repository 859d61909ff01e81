import { describe, expect, it } from "vitest";
import { type Delta, lowRankDelta, sliceDelta } from "./delta.js";
import { denseFactors, relativeError, writeOut } from "./dense.js";
import { doraDelta } from "./dora.js";
import { lohaDelta } from "./loha.js";
import { fullSide, lokrDelta } from "./lokr.js";
import { identity, type Matrix, multiply, rowsOf, zeros } from "./matrix.js";
import { truncate } from "./svd.js";

/** Numbers in (-1, 1) that no other call gives. */
function numbers(rows: number, columns: number, seed: number): Matrix {
  const matrix = zeros(rows, columns);
  matrix.data.forEach((_, i) => {
    matrix.data[i] = Math.sin(seed * 12.9898 + i * 78.233) * 0.9;
  });
  return matrix;
}

const forms: [string, Delta][] = [
  ["LoRA", lowRankDelta(numbers(3, 7, 1), numbers(5, 3, 2), 0.5)],
  ["LoHa", lohaDelta(numbers(9, 2, 1), numbers(2, 8, 2), numbers(9, 2, 3), numbers(2, 8, 4), 2)],
  [
    "LoHa beyond min(N,K)",
    lohaDelta(numbers(5, 3, 1), numbers(3, 6, 2), numbers(5, 3, 3), numbers(3, 6, 4), 2),
  ],
  ["LoKr of full sides", lokrDelta(fullSide(numbers(2, 3, 1)), fullSide(numbers(4, 3, 2)), 1)],
  [
    "LoKr of factored sides",
    lokrDelta(
      { u: numbers(4, 1, 1), v: numbers(1, 4, 2) },
      { u: numbers(5, 2, 3), v: numbers(2, 5, 4) },
      -0.25,
    ),
  ],
];

describe.each(forms)("%s", (_, delta) => {
  it("has an exact form of the rank that it says", () => {
    const factors = delta.exact();
    expect(factors.rank).toBe(delta.exactRank);
    expect([factors.a.rows, factors.a.columns]).toEqual([factors.rank, delta.k]);
    expect([factors.b.rows, factors.b.columns]).toEqual([delta.n, factors.rank]);
    expect(relativeError(delta, factors)).toBeLessThan(2e-7);
  });

  it("is cut into rows", () => {
    const whole = writeOut(delta);
    const part = sliceDelta(delta, 1, 4);
    expect(writeOut(part).data).toEqual(rowsOf(whole, 1, 4).data);
    expect(relativeError(part, part.exact())).toBeLessThan(3e-7);
    expect(sliceDelta(delta, 0, delta.n)).toBe(delta);
  });

  it("loses less with every rank, and nothing at the last", () => {
    const errors = Array.from({ length: Math.min(delta.n, delta.k) }, (_, index) =>
      relativeError(delta, delta.truncated?.(index + 1) ?? truncate(delta, index + 1)),
    );
    for (const [index, error] of errors.entries())
      expect(error).toBeLessThanOrEqual((errors[index - 1] ?? 1) + 1e-7);
    expect(errors.at(-1)).toBeLessThan(1e-6);
  });

  it("is truncated to the same factors every time", () => {
    expect(truncate(delta, 2)).toEqual(truncate(delta, 2));
  });
});

describe("truncate", () => {
  it("finds the best form of a matrix whose singular values are known", () => {
    // Diagonal 8, 4, 2, 1: without the last two, sqrt(5 / 85) is missing.
    const diagonal = zeros(4, 4);
    [8, 4, 2, 1].forEach((value, i) => {
      diagonal.data[5 * i] = value;
    });
    const delta = lowRankDelta(diagonal, identity(4), 1);
    expect(relativeError(delta, truncate(delta, 2))).toBeCloseTo(Math.sqrt(5 / 85), 6);
  });

  it("bears a delta of zeros and one of lower rank than asked", () => {
    const nothing = lowRankDelta(zeros(2, 6), zeros(7, 2), 1);
    expect(relativeError(nothing, truncate(nothing, 3))).toBe(0);
    const one = lowRankDelta(numbers(1, 6, 1), numbers(7, 1, 2), 1);
    expect(relativeError(one, truncate(one, 4))).toBeLessThan(1e-6);
  });
});

describe("relativeError", () => {
  it("is 1 for nothing of something, and infinite for something of nothing", () => {
    const delta = lowRankDelta(numbers(1, 3, 1), numbers(2, 1, 2), 1);
    const nothing = { rank: 1, a: zeros(1, 3), b: zeros(2, 1), scale: 1 };
    expect(relativeError(delta, nothing)).toBe(1);
    expect(relativeError(lowRankDelta(nothing.a, nothing.b, 1), delta.exact())).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});

describe("DoRA", () => {
  it("gives every row of the changed weight its length", () => {
    const weight = numbers(4, 5, 9);
    const inner = lowRankDelta(numbers(2, 5, 1), numbers(4, 2, 2), 1);
    const delta = doraDelta(inner, { values: Float32Array.of(1, 2, 3, 4), along: "rows" }, weight);
    const row = new Float64Array(5);
    for (let i = 0; i < 4; i++) {
      delta.row(i, row);
      const length = Math.hypot(...row.map((value, j) => value + weight.data[i * 5 + j]!));
      expect(length).toBeCloseTo(i + 1, 10);
    }
    expect(delta.exact().rank).toBe(4);
    expect(relativeError(delta, delta.exact())).toBeLessThan(2e-7);
  });

  it("bears a row of zeros", () => {
    const inner = lowRankDelta(zeros(1, 2), zeros(2, 1), 1);
    const delta = doraDelta(inner, { values: Float32Array.of(1, 1), along: "columns" }, zeros(2, 2));
    expect([...writeOut(delta).data]).toEqual([0, 0, 0, 0]);
  });
});

describe("matrices", () => {
  it("are multiplied", () => {
    const a: Matrix = { rows: 2, columns: 3, data: Float32Array.of(1, 2, 3, 4, 5, 6) };
    const b: Matrix = { rows: 3, columns: 2, data: Float32Array.of(7, 8, 9, 10, 11, 12) };
    expect([...multiply(a, b).data]).toEqual([58, 64, 139, 154]);
    expect(() => multiply(a, a)).toThrow(RangeError);
  });

  it("are written out by the shorter side", () => {
    expect(denseFactors(lowRankDelta(numbers(1, 3, 1), numbers(5, 1, 2), 1)).rank).toBe(3);
    expect(denseFactors(lowRankDelta(numbers(1, 5, 1), numbers(3, 1, 2), 1)).rank).toBe(3);
  });
});

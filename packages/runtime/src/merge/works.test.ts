import { expect, it } from "vitest";
import { randomWeight } from "../testing/planes.js";
import { allRows } from "./works.js";

const form = { bits: 8, signed: true, min: -127, max: 127, layout: "kn", ranks: [1], steps: 1 } as const;

function pieces(k: number, n: number, axis: { granularity: "channel" | "block"; blockSize?: number }) {
  return allRows(randomWeight(1, { ...form, ...axis, k, n, axis: 0 }).plane!);
}

it("a small plane is one work, a middling one two, a large one pieces that cover it once", () => {
  const channel = { granularity: "channel" } as const;
  expect(pieces(128, 64, channel)).toEqual([{ first: 0, rows: 128 }]);
  expect(pieces(1026, 1024, channel)).toEqual([
    { first: 0, rows: 516 },
    { first: 516, rows: 510 },
  ]);
  const large = pieces(5000, 1024, channel);
  expect(large).toEqual([
    { first: 0, rows: 2048 },
    { first: 2048, rows: 2048 },
    { first: 4096, rows: 904 },
  ]);
});

it("blocks of rows stay whole", () => {
  for (const { first } of pieces(1160, 1024, { granularity: "block", blockSize: 40 }))
    expect(first % 40).toBe(0);
});

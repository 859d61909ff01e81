import { describe, expect, it } from "vitest";
import { nodePool } from "../node/node-engine.js";
import { Pacer } from "../pacer.js";
import { mergeTarget } from "../plan/merge-target.js";
import { type RandomWeight, ROUNDINGS, randomWeight, rowBytes } from "../testing/planes.js";
import { localEngine } from "./local-engine.js";
import { mixedEngine } from "./mixed-engine.js";
import { poolEngine } from "./pool-engine.js";
import { serve } from "./serve.js";
import { foldTask } from "./task.js";
import type { Folded, FoldWork, MergeEngine } from "./types.js";
import type { FromWorker } from "./worker-pool.js";
import { allRows, type Rows } from "./works.js";

const pacer = () => new Pacer(() => performance.now(), undefined);
const engine = localEngine();
const int8 = { bits: 8, signed: true, min: -127, max: 127 } as const;
const uint4 = { bits: 4, signed: false, min: 0, max: 15 } as const;
const nbits = { ...uint4, form: "matmulnbits", layout: "nk", granularity: "block", axis: 1 } as const;
const channel = { ...int8, k: 61, n: 44, layout: "kn", granularity: "channel", axis: 1 } as const;
const usual = { ranks: [16], steps: 1 };
const programs = new URL("../../dist/node/", import.meta.url);
const refused = () => {
  throw new Error("refused by Content-Security-Policy");
};

const WEIGHTS: Record<string, RandomWeight> = {
  "int8 by column": { ...channel, ...usual },
  "int8 by row": { ...channel, ...usual, axis: 0 },
  "int8, turned": { ...channel, ...usual, layout: "nk", axis: 0 },
  "uint8, one scale": { ...channel, ...usual, signed: false, granularity: "tensor", min: 0, max: 255 },
  "a narrow range, with values outside of it": { ...channel, ...usual, min: -64, max: 64 },
  "several parts, odd ranks": { ...channel, ranks: [1, 3, 7], steps: 2 },
  "rank 1": { ...channel, ranks: [1], steps: 1 },
  "rank 67": { ...channel, ranks: [67], steps: 1 },
  "a faint update": { ...channel, ranks: [8], steps: 1e-4 },
  "an update of nothing": { ...channel, ranks: [8], steps: 0 },
  "an update far beyond the range": { ...channel, ranks: [8], steps: 1e4 },
  "an update beyond float32": { ...channel, ranks: [2], steps: 1e38 },
  "scales of 0, negative and far apart": {
    ...channel,
    ...usual,
    scale: (scale, i) => (i % 3 === 0 ? 0 : i % 3 === 1 ? -scale : scale * 10 ** -(i % 7)),
  },
  "subnormal scales": { ...channel, ...usual, scale: () => 1e-42 },
  "MatMulNBits of 4 bits": { ...nbits, ...usual, k: 80, n: 21, blockSize: 32 },
  "MatMulNBits of 8 bits": { ...nbits, ...usual, k: 80, n: 21, blockSize: 16, bits: 8, max: 255 },
  "MatMulNBits of 2 bits": { ...nbits, ...usual, k: 80, n: 21, blockSize: 16, bits: 2, max: 3 },
  "int4 in blocks of rows": {
    ...channel,
    ...usual,
    bits: 4,
    min: -8,
    max: 7,
    granularity: "block",
    axis: 0,
    blockSize: 16,
  },
  "uint4 in blocks of columns": {
    ...uint4,
    ...usual,
    k: 64,
    n: 30,
    layout: "nk",
    granularity: "block",
    axis: 1,
    blockSize: 16,
  },
  "int4 of a narrow range": { ...channel, ...usual, bits: 4, min: -7, max: 7 },
};

/** Folds a whole plane in pieces of about `size` rows. */
async function fold(
  with_: MergeEngine,
  weight: ReturnType<typeof randomWeight>,
  seed: Parameters<typeof foldTask>[2],
  pieces: Rows[],
) {
  const plane = weight.plane!;
  const works = pieces.map(
    ({ first, rows }): FoldWork => ({
      first,
      rows,
      input: rowBytes(plane, weight.bytes, first, rows),
      output: undefined,
      measure: true,
    }),
  );
  const folded = await with_.fold(foldTask(plane, weight.parts, seed), works);
  const bytes = new Uint8Array(weight.bytes.length);
  folded.forEach((each, i) => {
    bytes.set(each.bytes, pieces[i]!.first * plane.stride);
  });
  return { bytes, changed: folded.some(({ changed }) => changed) };
}

describe.each(Object.entries(WEIGHTS))("%s", (_, of) => {
  it.each(ROUNDINGS)(
    "$rounding.name gives the bytes of the reference, however it is cut",
    async ({ rounding, seed }) => {
      const weight = randomWeight(7, of);
      const expected = await mergeTarget(weight.form, weight.parts, rounding, pacer());
      const plane = weight.plane!;
      const whole = await fold(engine, weight, seed, allRows(plane));
      expect(whole.bytes).toEqual(expected.bytes);
      expect(whole.changed).toBe(!expected.bytes.every((byte, i) => byte === weight.bytes[i]));
      const size = plane.along === "row-blocks" ? plane.blockSize : 7;
      const cut = Array.from({ length: Math.ceil(plane.rows / size) }, (__, i) => ({
        first: i * size,
        rows: Math.min(size, plane.rows - i * size),
      }));
      expect((await fold(engine, weight, seed, cut)).bytes).toEqual(expected.bytes);
    },
  );
});

it("this thread is left between two pieces once its slice of time is used up", async () => {
  const weight = randomWeight(3, { ...channel, ...usual });
  const pieces = allRows(weight.plane!).flatMap(({ rows }) =>
    Array.from({ length: Math.ceil(rows / 7) }, (_, i) => ({
      first: i * 7,
      rows: Math.min(7, rows - i * 7),
    })),
  );
  let clock = 0;
  const engine = localEngine(undefined, () => (clock += 10));
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await fold(engine, weight, undefined, pieces);
  clearInterval(timer);
  expect(pieces.length).toBeGreaterThan(5);
  expect(turns).toBeGreaterThanOrEqual(Math.floor(pieces.length / 2));
});

it("this thread is left between small tasks that are asked for together, too", async () => {
  const weight = randomWeight(3, { ...channel, ...usual });
  let clock = 0;
  const engine = localEngine(undefined, () => (clock += 5));
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const tasks = Array.from({ length: 20 }, () => fold(engine, weight, undefined, allRows(weight.plane!)));
  await Promise.all(tasks);
  clearInterval(timer);
  expect(turns).toBeGreaterThanOrEqual(5);
});

it("a pool sends rows, never the file that they are a view of, and keeps the caller's", async () => {
  const weight = randomWeight(3, { ...channel, ...usual });
  const plane = weight.plane!;
  const file = new Uint8Array(1 << 20);
  file.set(weight.bytes, 99);
  const sent: number[][] = [];
  const pool = poolEngine({
    spawn: () => {
      let answer: (message: FromWorker<Folded>) => void = () => {};
      const take = serve((message) => answer(message), undefined);
      return {
        post(message, transfer) {
          sent.push(message.works.map(({ input }) => (input as Uint8Array).buffer.byteLength));
          take(structuredClone(message, { transfer }));
        },
        listen: (onMessage) => {
          answer = onMessage;
        },
        terminate: () => {},
      };
    },
    spawnCalibrator: refused,
    threads: 2,
    files: false,
  });
  const half = Math.floor(plane.rows / 2);
  const works = [
    [0, half],
    [half, plane.rows - half],
  ].map(([first, rows]) => ({
    first: first!,
    rows: rows!,
    input: file.subarray(99 + first! * plane.stride, 99 + (first! + rows!) * plane.stride),
    output: undefined,
    measure: false,
  }));
  const folded = await pool.fold(foldTask(plane, weight.parts, undefined), works);
  const whole = await fold(engine, weight, undefined, allRows(plane));
  expect(Buffer.concat(folded.map(({ bytes }) => bytes))).toEqual(Buffer.from(whole.bytes));
  // Small works go in one message.
  expect(sent).toEqual([works.map(({ rows }) => rows * plane.stride)]);
  expect(file.length).toBe(1 << 20);
  pool.release();
});

it("a page whose policy keeps workers from starting merges in its own thread", async () => {
  const weight = randomWeight(3, { ...channel, k: 1100, n: 1000, ranks: [2], steps: 3 });
  const pieces = [
    { first: 0, rows: 600 },
    { first: 600, rows: 500 },
  ];
  const pool = poolEngine({ spawn: refused, spawnCalibrator: refused, threads: 2, files: false });
  const mixed = mixedEngine(engine, pool);
  const here = await fold(engine, weight, undefined, pieces);
  for (let again = 0; again < 2; again++) {
    const { bytes } = await fold(mixed, weight, undefined, pieces);
    expect(Buffer.compare(bytes, here.bytes)).toBe(0);
  }
});

it("workers give the same bytes as one thread, whatever their number", async () => {
  const weight = randomWeight(3, { ...channel, k: 700, n: 264, ranks: [16], steps: 3 });
  const expected = await fold(engine, weight, undefined, allRows(weight.plane!));
  for (const threads of [1, 3]) {
    const pool = nodePool({ threads, programs });
    const pieces = Array.from({ length: 14 }, (_, i) => ({ first: 50 * i, rows: 50 }));
    expect((await fold(pool, weight, undefined, pieces)).bytes).toEqual(expected.bytes);
    pool.release();
  }
});

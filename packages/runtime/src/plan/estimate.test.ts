import {
  DATA_TYPE,
  ditherSeed,
  type FormSpec,
  fromFloats,
  nearest,
  openForm,
  promote,
  type WeightForm,
} from "@banana-peel/onnx";
import { describe, expect, it } from "vitest";
import type { OpenTarget } from "../base/check-target.js";
import type { OpenPlane } from "../base/planes.js";
import { localEngine } from "../merge/local-engine.js";
import { foldTask } from "../merge/task.js";
import type { MergeEngine } from "../merge/types.js";
import { allRows, sampleRows } from "../merge/works.js";
import { randomNumbers, randomWeight, rowBytes } from "../testing/planes.js";
import type { PlanContext } from "./context.js";
import { estimateMerge, estimatePromotion } from "./estimate.js";
import { Measure } from "./measure.js";
import type { Retention } from "./types.js";
import { type Part, updateRows } from "./updates.js";

const engine = localEngine();
/** Rows that the last estimate looked at. */
let looked = 0;
const counting: MergeEngine = {
  ...engine,
  fold(task, works, options) {
    for (const { rows } of works) looked += rows;
    return engine.fold(task, works, options);
  },
};
const context = {
  digest: "sha256:0",
  engine: counting,
  now: () => performance.now(),
} as PlanContext;
const target = { target: { path: "w" } } as OpenTarget;

const int8 = {
  bits: 8,
  signed: true,
  min: -127,
  max: 127,
  layout: "kn",
  granularity: "channel",
  axis: 1,
} as const;
const nbits = {
  ...({ form: "matmulnbits", bits: 4, signed: false, min: 0, max: 15, layout: "nk" } as const),
  ...({ granularity: "block", axis: 1, blockSize: 32 } as const),
};
const blocked = { ...int8, bits: 4, min: -8, max: 7, granularity: "block", axis: 0, blockSize: 32 } as const;
const size = { k: 1536, n: 1024, ranks: [8] };

type Apply = (row: number, update: Float64Array, applied: Float64Array) => boolean;

/** What a merge keeps as a sample of the rows has it, and as all of them do. */
async function both(
  { plane, bytes, parts }: ReturnType<typeof randomWeight>,
  rounding: "nearest" | "dither",
) {
  const open: OpenPlane = {
    plane: plane!,
    file: undefined,
    read: async (first, rows) => rowBytes(plane!, bytes, first, rows),
  };
  looked = 0;
  const estimate = await estimateMerge(context, target, open, parts, rounding, undefined);
  const seen = looked;
  const works = allRows(plane!).map(({ first, rows }) => ({
    ...{ first, rows, input: rowBytes(plane!, bytes, first, rows), output: undefined },
    measure: true,
  }));
  const seed =
    rounding === "dither" ? await ditherSeed(`${context.digest}\n${target.target.path}`) : undefined;
  const all = await engine.fold(foldTask(plane!, parts, seed), works);
  const sum = (key: "intended" | "product" | "rest") =>
    all.reduce((total, { sums }) => total + sums![key], 0);
  const gain = sum("product") / sum("intended");
  return { estimate, seen, gain, error: Math.sqrt(sum("rest") / sum("intended")) };
}

/** Has what A gives of input `i` times `factor`. */
function scaleInputs({ parts }: ReturnType<typeof randomWeight>, factor: (i: number) => number): void {
  for (const { lowRank } of parts)
    for (let i = 0; i < lowRank.k; i++)
      for (let r = 0; r < lowRank.rank; r++) lowRank.a[r * lowRank.k + i]! *= factor(i);
}

describe("a sampled estimate", () => {
  it.each([
    ["int8", { ...int8, ...size }, 0.2],
    ["int8", { ...int8, ...size }, 1],
    ["MatMulNBits", { ...nbits, ...size, k: 1024, n: 1536 }, 0.3],
    ["blocks of rows", { ...blocked, ...size }, 0.3],
  ] as const)("of %s with updates of %o comes near that of all rows", async (_, of, steps) => {
    const weight = randomWeight(11, { ...of, steps });
    // Rows of very different sizes, as inputs that a model uses and others that it hardly does.
    scaleInputs(weight, (i) => 0.4 + ((i * 37) % 17) / 10);
    const plane = weight.plane!;
    expect(sampleRows(plane).reduce((sum, { rows }) => sum + rows, 0)).toBeLessThan(plane.rows / 4);
    for (const rounding of ["nearest", "dither"] as const) {
      const { estimate, gain, error } = await both(weight, rounding);
      expect(Math.abs(estimate.gain - gain)).toBeLessThan(0.02 * Math.max(1, error));
      expect(Math.abs(estimate.error / error - 1)).toBeLessThan(0.05);
      expect(estimate.changed).toBe(true);
    }
  });

  const rows = (k: number) => k / 16;
  /** Structure along the rows, by the factor of an input. */
  const STRUCTURES: Record<string, (i: number, k: number) => number> = {
    "every other stretch of the sampler's large": (i, k) => (Math.floor(i / rows(k)) % 2 === 0 ? 4 : 1),
    "the first half of each stretch large": (i, k) => (i % rows(k) < rows(k) / 2 ? 4 : 1),
    "heads of 64 rows, one in four large": (i) => (Math.floor(i / 64) % 4 === 0 ? 4 : 1),
    "one row in eight large": (i) => (i % 8 === 0 ? 4 : 1),
    "one row large": (i) => (i === 700 ? 60 : 1),
  };
  it.each(Object.entries(STRUCTURES))("of %s", async (_, factor) => {
    for (const of of [
      { ...int8, ...size },
      { ...blocked, ...size },
    ])
      for (const steps of [0.3, 1])
        for (const rounding of ["nearest", "dither"] as const) {
          const weight = randomWeight(11, { ...of, steps });
          scaleInputs(weight, (i) => factor(i, of.k));
          const { estimate, gain, error } = await both(weight, rounding);
          expect(Math.abs(estimate.gain - gain)).toBeLessThan(0.02 * Math.max(1, error));
          expect(Math.abs(estimate.error / error - 1)).toBeLessThan(0.05);
        }
  });

  /** Updates whose sample can mislead, by what they do to the factors of one of rank 8. */
  const MISLEADING: Record<
    string,
    (part: { k: number; n: number; a: Float32Array; b: Float32Array }) => void
  > = {
    "one output far beyond the grid": ({ b }) => {
      for (let r = 0; r < 8; r++) b[777 * 8 + r]! *= 300;
    },
    "one input far beyond the grid": ({ k, a }) => {
      for (let r = 0; r < 8; r++) a[r * k + 333]! *= 300;
    },
    "one value in a hundred of A": ({ a }) => {
      for (let i = 0; i < a.length; i++) if ((i * 7919) % 97 !== 0) a[i] = 0;
    },
    // As of a peel, and of one trained on from it at the opposite weight.
    "two ranks that take each other back but for a few inputs and outputs": ({ k, n, a, b }) => {
      const more = (i: number) => (i % 300 === 5 ? 3 : 1);
      for (let i = 0; i < k; i++) {
        a[i]! *= 30;
        a[k + i] = a[i]! * more(i);
      }
      for (let i = 0; i < n; i++) b[i * 8 + 1] = -b[i * 8]! * more(i);
    },
  };
  it.each(Object.entries(MISLEADING))("of %s", async (_, change) => {
    const big = { k: 2048, n: 2048, ranks: [8], steps: 0.6 };
    for (const of of [
      { ...int8, ...big },
      { ...int8, ...big, layout: "nk", axis: 0 },
      { ...int8, ...big, axis: 0 },
      { ...blocked, ...big },
    ] as const) {
      const weight = randomWeight(5, of);
      // -128 is outside the grid, so that every merge would move it.
      if (of.bits === 8) weight.bytes.set(weight.bytes.map((byte) => (byte === 128 ? 0 : byte)));
      change(weight.parts[0]!.lowRank);
      const { estimate, gain, error } = await both(weight, "nearest");
      expect(Math.abs(estimate.gain - gain)).toBeLessThan(0.02 * Math.max(1, error));
      expect(Math.abs(estimate.error / error - 1)).toBeLessThan(0.05);
    }
  });

  /** Scales by the line of the grid that they belong to, of so many, as factors of what they are. */
  const GRIDS: Record<string, (line: number, lines: number) => number> = {
    "scales of many sizes": (line) => 0.3 + ((line * 37) % 29) / 10,
    "scales that grow": (line, lines) => 0.2 + (3 * line) / lines,
    "one scale in 200 far above the others": (line) => (line % 200 === 111 ? 100 : 1),
    "one scale far above the others": (line) => (line === 17 ? 200 : 1),
  };
  it.each(Object.entries(GRIDS))("of rows with %s", async (_, factor) => {
    const big = { k: 2048, n: 2048, ranks: [8], steps: 0.6 };
    for (const of of [
      { ...int8, ...big, layout: "nk", axis: 0 },
      { ...nbits, ...big },
      { ...blocked, ...big },
    ] as const)
      for (const rounding of ["nearest", "dither"] as const) {
        const weight = randomWeight(5, of);
        const { rows, along, blockSize, scales } = weight.plane!;
        const lines = along === "row-blocks" ? rows / blockSize : rows;
        for (let i = 0; i < scales.length; i++)
          scales[i]! *= factor(Math.floor((i * lines) / scales.length), lines);
        const { estimate, gain, error } = await both(weight, rounding);
        expect(Math.abs(estimate.gain - gain)).toBeLessThan(0.02 * Math.max(1, error));
        expect(Math.abs(estimate.error / error - 1)).toBeLessThan(0.05);
      }
  });

  /** A weight of bfloat16, for which there is no kernel, and an update of it. */
  function bfloat16() {
    const weight = randomWeight(5, { ...blocked, k: 2048, n: 1024, ranks: [8], steps: 0.02 });
    const random = randomNumbers(9);
    const values = Float64Array.from({ length: 2048 * 1024 }, () => 0.2 * random());
    const spec = {
      form: "float",
      bits: 16,
      signed: true,
      granularity: "tensor",
      layout: "kn",
      k: 2048,
      n: 1024,
    };
    const dataType = DATA_TYPE.bfloat16;
    const data = { weight: { bytes: fromFloats(values, dataType, "w"), dataType } };
    return { form: openForm(spec as FormSpec, data, "w"), parts: weight.parts };
  }

  /** All rows of a form, as `apply` changes them. */
  function whole(form: WeightForm, parts: readonly Part[], apply: Apply) {
    const [update, applied] = [new Float64Array(form.n), new Float64Array(form.n)];
    const updateRow = updateRows(parts, form.n);
    const measure = new Measure();
    for (let row = 0; row < form.k; row++) {
      updateRow(row, update);
      measure.add(update, applied, apply(row, update, applied));
    }
    return measure.retention;
  }

  const WITHOUT_KERNEL: Record<string, (i: number) => number> = {
    "an ordinary update": () => 1,
    "one input large": (i) => (i === 333 ? 300 : 1),
    "inputs few of which are changed": (i) => (i % 50 === 13 ? 1 : 0),
  };
  it.each(Object.entries(WITHOUT_KERNEL))("without a kernel, of %s", async (_, factor) => {
    const float = bfloat16();
    scaleInputs(float as ReturnType<typeof randomWeight>, factor);
    const at = (form: WeightForm) =>
      ({ ...context, readWeights: async () => form }) as unknown as PlanContext;
    const merged = await estimateMerge(at(float.form), target, undefined, float.parts, "nearest", undefined);
    const merge = float.form.merge(nearest);
    near(merged, whole(float.form, float.parts, merge.addRow));

    const weight = randomWeight(5, { ...blocked, k: 2048, n: 1024, ranks: [8], steps: 0.6 });
    scaleInputs(weight, factor);
    const open = { target: { path: "w", scheme: { form: "qdq" } }, scale: { dataType: 1 } } as OpenTarget;
    const promoted = await estimatePromotion(at(weight.form), open, weight.parts, undefined);
    const promotion = promote(weight.form, 1, "w");
    whole(weight.form, weight.parts, (row, update) => {
      promotion.prepare(row, update);
      return false;
    });
    near(promoted, whole(weight.form, weight.parts, promotion.addRow));
  });

  function near(estimate: Retention, all: Retention) {
    expect(Math.abs(estimate.gain - all.gain)).toBeLessThan(0.02 * Math.max(1, all.error));
    expect(Math.abs(estimate.error / all.error - 1)).toBeLessThan(0.05);
  }

  it("looks at few rows of an ordinary update, and at all where one row is most of it", async () => {
    for (const [k, n, rank] of [
      [1536, 1024, 8],
      [2048, 2048, 16],
      [4096, 1024, 4],
    ] as const) {
      const of = { ...int8, k, n, ranks: [rank], steps: 1 };
      expect((await both(randomWeight(k + rank, of), "nearest")).seen).toBeLessThan(k / 4);
      const weight = randomWeight(k + rank, of);
      scaleInputs(weight, (i) => (i === 700 ? 100 : 1));
      expect((await both(weight, "nearest")).seen).toBe(k);
    }
  });
});

describe("a sample", () => {
  it("has every row of a small plane, once", () => {
    const { plane } = randomWeight(1, { ...int8, k: 300, n: 700, ranks: [1], steps: 1 });
    expect(sampleRows(plane!)).toEqual(allRows(plane!));
    expect(allRows(plane!).reduce((sum, { rows }) => sum + rows, 0)).toBe(300);
  });

  it("stays within the plane, and within one block of rows each", () => {
    for (const k of [2080, 4096, 5000]) {
      const { plane } = randomWeight(1, { ...blocked, k, n: 512, ranks: [1], steps: 1 });
      const runs = sampleRows(plane!);
      for (const { first, rows } of runs) {
        expect(first + rows).toBeLessThanOrEqual(k);
        expect(Math.floor(first / 32)).toBe(Math.floor((first + rows - 1) / 32));
      }
      expect(new Set(runs.map(({ first }) => first)).size).toBe(runs.length);
    }
  });
});

import { describe, expect, it } from "vitest";
import { fromBase64, vectorJson } from "../testing/vectors.js";
import { dither, ditherHash, ditherSeed } from "./dither.js";
import { checkGrid, dequantise, type Grid, storedView } from "./grid.js";
import { requantiser } from "./requantise.js";
import { nearest, type Rounding } from "./rounding.js";

interface Case {
  name: string;
  k: number;
  n: number;
  signed: boolean;
  min: number;
  max: number;
  along: Grid["along"];
  scales: string;
  zeroPoints: string | null;
  stored: string;
  dequantised: string;
  update: string;
  seed: string;
  nearest: string;
  dither: string;
}

const floats = (text: string) => new Float32Array(fromBase64(text).buffer);
const cases = vectorJson<Case[]>("quantise/grids.json").map((vector) => {
  const { k, n, signed, min, max, along } = vector;
  const zeroPoints =
    vector.zeroPoints === null ? undefined : storedView(fromBase64(vector.zeroPoints), signed);
  const grid: Grid = { k, n, signed, min, max, along, scales: floats(vector.scales), zeroPoints };
  return { ...vector, grid, stored: storedView(fromBase64(vector.stored), signed) };
});

function requantise({ grid, stored, update }: (typeof cases)[number], rounding: Rounding): Uint8Array {
  const rows = new Float64Array(fromBase64(update).buffer);
  const out = stored.slice();
  const row = requantiser(grid, rounding);
  for (let k = 0; k < grid.k; k++) row(k, stored, rows.subarray(k * grid.n, (k + 1) * grid.n), out);
  return new Uint8Array(out.buffer);
}

describe("against the second implementation", () => {
  it.each(cases)("dequantises $name", (vector) => {
    expect(dequantise(vector.stored, checkGrid(vector.grid, vector.name))).toEqual(
      floats(vector.dequantised),
    );
  });
  it.each(cases)("requantises to nearest: $name", (vector) => {
    expect(requantise(vector, nearest)).toEqual(fromBase64(vector.nearest));
  });
  it.each(cases)("requantises by dither: $name", async (vector) => {
    const rounding = dither(await ditherSeed(vector.seed));
    expect(requantise(vector, rounding)).toEqual(fromBase64(vector.dither));
  });
});

describe("rounding", () => {
  it("goes to nearest with ties to even, both signs", () => {
    const values = new Float64Array([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999999999999994, 254.5]);
    nearest.round(values, 0);
    expect([...values].map((value) => value + 0)).toEqual([0, 2, 2, 0, -2, -2, 0, 254]);
  });

  it("dithers without bias, also far below half a step, and keeps whole numbers", async () => {
    const seed = await ditherSeed("bias");
    for (const value of [0.01, 0.25, 0.5, 0.9, -3.3]) {
      const values = new Float64Array(200_000).fill(value);
      dither(seed).round(values, 0);
      const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
      const deviation = Math.sqrt(0.25 / values.length);
      expect(Math.abs(mean - value)).toBeLessThan(4 * deviation);
    }
    const whole = new Float64Array(1000).fill(-7);
    dither(seed).round(whole, 123);
    expect(new Set(whole)).toEqual(new Set([-7]));
  });

  it("depends on seed and index only, not on how a tensor is cut into rows", async () => {
    const seed = await ditherSeed("rows");
    const whole = new Float64Array(100).fill(0.5);
    const parts = whole.slice();
    dither(seed).round(whole, 0);
    for (let i = 0; i < 100; i += 10) dither(seed).round(parts.subarray(i, i + 10), i);
    expect(parts).toEqual(whole);
  });

  it("mixes well: neighbours don't correlate, and indices beyond 2^32 differ", async () => {
    const seed = await ditherSeed("mixing");
    const count = 100_000;
    for (const lag of [1, 2, 7, 64, 1024]) {
      let sum = 0;
      for (let i = 0; i < count; i++)
        sum += (ditherHash(seed, i) / 2 ** 32 - 0.5) * (ditherHash(seed, i + lag) / 2 ** 32 - 0.5);
      expect(Math.abs((sum / count) * 12)).toBeLessThan(4 / Math.sqrt(count));
    }
    expect(ditherHash(seed, 5)).not.toBe(ditherHash(seed, 5 + 2 ** 32));
    expect(await ditherSeed("a")).not.toEqual(await ditherSeed("b"));
  });
});

describe("checkGrid", () => {
  const grid = cases[0]!.grid;
  it.each<[string, Partial<Grid>]>([
    ["a range beyond the type", { min: -129 }],
    ["an empty range", { min: 5, max: 5 }],
    ["the wrong number of scales", { along: "n" }],
    ["an infinite scale", { scales: new Float32Array([Number.POSITIVE_INFINITY]) }],
    ["the wrong number of zero points", { zeroPoints: new Int8Array(2) }],
  ])("refuses %s", (_, change) => {
    expect(() => checkGrid({ ...grid, ...change }, "w")).toThrow(
      expect.objectContaining({ code: "ONNX_UNSUPPORTED" }),
    );
  });
});

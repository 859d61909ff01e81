import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Base } from "../base/types.js";
import { openBase } from "../index.js";
import { openPeel } from "../peel/open-peel.js";
import type { PeelUse } from "../peel/types.js";
import { type TestTargets, testPeel } from "../testing/peels.js";
import { sines, wideBase } from "../testing/wide-base.js";

const WIDTH = 2048;
/** A wide layer and one that is narrow at one side; both read `z`. */
const SIZES: Record<string, [k: number, n: number]> = { wide: [WIDTH, WIDTH], narrow: [WIDTH, 40] };

const layersOf = (rank: number, from: number): TestTargets =>
  Object.fromEntries(
    Object.entries(SIZES).map(([name, [k, n]], i) => [
      name,
      { a: sines(rank * k, from + i, 0.1), b: sines(n * rank, from - i, 0.1) },
    ]),
  );

const z = sines(3 * WIDTH, 0.5);
const own = sines(4 * 24, 0);
let base: Base;
beforeAll(async () => {
  base = await openBase({ ...wideBase("float", SIZES), ort, sessionOptions: { intraOpNumThreads: 1 } });
});
afterAll(() => base.dispose());

async function outputs(): Promise<Record<string, Float32Array>> {
  const feeds = {
    x: new ort.Tensor("float32", own, [1, 4, 24]),
    z: new ort.Tensor("float32", z, [1, 3, WIDTH]),
  };
  const results = await base.run("main", feeds);
  return Object.fromEntries(
    Object.keys(SIZES).map((name) => [name, (results[`${name}.out`]!.data as Float32Array).slice()]),
  );
}

const peelOf = async (name: string, targets: TestTargets, rank: number) =>
  openPeel(await testPeel(name, targets, rank, {}, SIZES), base);
const attach = (uses: readonly Pick<PeelUse, "peel" | "weight">[]) =>
  base.setPeels(uses, { strategy: "attach" });

/** Adds weight * (z A^T) B^T to what a layer gave, in doubles. */
function add(to: Float64Array, { a, b }: TestTargets[string], rank: number, n: number, weight: number): void {
  for (let row = 0; row < 3; row++)
    for (let r = 0; r < rank; r++) {
      let low = 0;
      for (let i = 0; i < WIDTH; i++) low += z[row * WIDTH + i]! * a[r * WIDTH + i]!;
      for (let j = 0; j < n; j++) to[row * n + j]! += weight * low * b[j * rank + r]!;
    }
}

it("each peel on a wide layer has its own weight, those of the narrow one beside it too", async () => {
  const off = await outputs();
  const [first, second] = [layersOf(3, 1), layersOf(2, 7)];
  const peels = [await peelOf("first", first, 3), await peelOf("second", second, 2)] as const;
  for (const [one, other] of [
    [1, 1],
    [0.3, -0.7],
    [-2.1, 0],
  ] as const) {
    await attach([
      { peel: peels[0], weight: one },
      { peel: peels[1], weight: other },
    ]);
    const found = await outputs();
    for (const [name, [, n]] of Object.entries(SIZES)) {
      const expected = Float64Array.from(off[name]!);
      add(expected, first[name]!, 3, n, one);
      add(expected, second[name]!, 2, n, other);
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const far = found[name]!.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
      expect(far / largest, `${name} at ${one} and ${other}`).toBeLessThan(1e-5);
    }
  }
  await attach([]);
  expect(await outputs()).toEqual(off);
});

it("peels stacked on a wide layer are exactly one peel of their ranks together", async () => {
  const [first, second] = [layersOf(3, 2), layersOf(2, 5)];
  const both = Object.fromEntries(
    Object.entries(SIZES).map(([name, [, n]]) => {
      const b = new Float32Array(n * 5);
      for (let j = 0; j < n; j++)
        for (let r = 0; r < 5; r++)
          b[j * 5 + r] = r < 3 ? 0.5 * first[name]!.b[j * 3 + r]! : -0.25 * second[name]!.b[j * 2 + r - 3]!;
      return [name, { a: Float32Array.of(...first[name]!.a, ...second[name]!.a), b }];
    }),
  );
  await attach([
    { peel: await peelOf("first", first, 3), weight: 0.5 },
    { peel: await peelOf("second", second, 2), weight: -0.25 },
  ]);
  const stacked = await outputs();
  await attach([{ peel: await peelOf("both", both, 5), weight: 1 }]);
  expect(await outputs()).toEqual(stacked);
});

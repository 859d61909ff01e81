import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";
import { checkedFiles } from "../base/check-files.js";
import { openBase } from "../base/open-base.js";
import { openGraph } from "../base/open-graph.js";
import type { Base } from "../base/types.js";
import { readFormData, readWeights } from "../base/weights.js";
import { Pacer } from "../pacer.js";
import { openPeel } from "../peel/open-peel.js";
import type { PeelUse } from "../peel/types.js";
import { mergeTarget, roundingFor } from "../plan/merge-target.js";
import { partsByTarget } from "../plan/updates.js";
import { testPeel } from "../testing/peels.js";
import { memoryBase } from "../testing/vectors.js";
import { sines } from "../testing/wide-base.js";

const PATH = "layers.0.up";
const [K, N, ROWS] = [24, 40, 4];
const COUNT = 16;

const rankOf = (i: number) => 1 + (i % 5);
const weightOf = (i: number) => 0.07 * (i + 1) * (i % 3 === 0 ? -1 : 1);
/** Half of the peels have a weight of their own on the target. */
const onTarget = (i: number) => (i % 2 === 0 ? weightOf(i) : 0.95 - i / 10);

async function sixteen(base: Base): Promise<PeelUse[]> {
  return Promise.all(
    Array.from({ length: COUNT }, async (_, i): Promise<PeelUse> => {
      const rank = rankOf(i);
      const own = { [PATH]: { a: sines(rank * K, i, 0.2), b: sines(N * rank, -i, 0.2) } };
      // alpha isn't the rank, so that a factor counts too.
      const peel = await openPeel(await testPeel(`p${i}`, own, rank, { alpha: 2 * rank }), base);
      return {
        peel,
        weight: weightOf(i),
        ...(i % 2 === 1 && { perTarget: { [PATH]: onTarget(i) } }),
      };
    }),
  );
}

/** The sum of weight * alpha / rank * (B A)^T, [K,N], in doubles. */
function change(): Float64Array {
  const sum = new Float64Array(K * N);
  for (let i = 0; i < COUNT; i++) {
    const rank = rankOf(i);
    const [a, b] = [sines(rank * K, i, 0.2), sines(N * rank, -i, 0.2)];
    for (let k = 0; k < K; k++)
      for (let n = 0; n < N; n++)
        for (let r = 0; r < rank; r++) sum[k * N + n]! += onTarget(i) * 2 * a[r * K + k]! * b[n * rank + r]!;
  }
  return sum;
}

it("sixteen attached peels, each with its weight, are the base and their sum", async () => {
  const base = await openBase({
    ...memoryBase("channel-int8"),
    ort,
    sessionOptions: { intraOpNumThreads: 1 },
  });
  const x = sines(ROWS * K, 0.3);
  const up = async () => {
    const results = await base.run("main", { x: { data: x, dims: [1, ROWS, K] } });
    return (results["/layers/0/up/out"]!.data as Float32Array).slice();
  };
  const off = await up();
  await base.setPeels(await sixteen(base), { strategy: "attach" });
  const found = await up();
  const delta = change();
  const expected = Float64Array.from(off, (value, at) => {
    const [row, n] = [Math.floor(at / N), at % N];
    let sum = value;
    for (let k = 0; k < K; k++) sum += x[row * K + k]! * delta[k * N + n]!;
    return sum;
  });
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const [at, value] of found.entries())
    expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-6 * largest);
  await base.setPeels([]);
  expect(await up()).toEqual(off);
  await base.dispose();
});

it("sixteen merged peels are their sum, rounded once", async () => {
  const memory = memoryBase("channel-int8");
  const base = await openBase({ ...memory, ort });
  const files = checkedFiles(memory.card, memory);
  const open = (await openGraph(memory.card, "main", files, undefined)).targets.get(PATH)!;
  const form = await readWeights(open, files, undefined);
  const parts = partsByTarget(await sixteen(base)).get(PATH)!;
  expect(parts).toHaveLength(COUNT);
  const nearest = await roundingFor("nearest", base.digest, PATH);
  const merged = await mergeTarget(form, parts, nearest, new Pacer(() => performance.now(), undefined));
  const { weight, scale } = await readFormData(open, files, undefined);
  const before = new Int8Array(weight.bytes.slice().buffer);
  const scales = new Float32Array(scale!.bytes.slice().buffer);
  const { min = -128, max = 127 } = open.target.scheme;
  const delta = change();
  let moved = 0;
  for (const [at, value] of new Int8Array(merged.bytes.buffer, merged.bytes.byteOffset, K * N).entries()) {
    const exact = Math.min(max, Math.max(min, before[at]! + delta[at]! / scales[at % N]!));
    expect(Math.abs(value - exact)).toBeLessThan(0.5 + 1e-9);
    if (value !== before[at]) moved++;
  }
  expect(moved).toBeGreaterThan((K * N) / 2);
  await base.dispose();
});

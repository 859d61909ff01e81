import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";
import { openBase } from "../node/open-folder.js";
import { openPeel } from "../peel/open-peel.js";
import { type TestTargets, testPeel, vectorPeel, vectorTargets } from "../testing/peels.js";
import { baseFolder } from "../testing/vectors.js";

/** One adapter whose rank components are those of both: A below each other, B side by side, b times `factor`. */
function together(
  first: TestTargets,
  second: TestTargets,
  ranks: [number, number],
  factor: number,
): TestTargets {
  const [r, s] = ranks;
  return Object.fromEntries(
    Object.entries(first).map(([path, { a, b }]) => {
      const other = second[path]!;
      const n = b.length / r;
      const sum = new Float32Array(n * (r + s));
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < r; j++) sum[i * (r + s) + j] = b[i * r + j]!;
        for (let j = 0; j < s; j++) sum[i * (r + s) + r + j] = other.b[i * s + j]! * factor;
      }
      return [path, { a: new Float32Array([...a, ...other.a]), b: sum }];
    }),
  );
}

it("several peels on one target are exactly one peel of their ranks together", async () => {
  const base = await openBase(baseFolder("channel-int8"), { ort, sessionOptions: { intraOpNumThreads: 1 } });
  const x = new ort.Tensor(
    "float32",
    Float32Array.from({ length: 96 }, (_, i) => Math.sin(i)),
    [1, 4, 24],
  );
  const outputs = async () =>
    Object.values(await base.run("main", { x })).map(({ data }) => (data as Float32Array).slice());
  const [a, b] = [await vectorPeel("a", base), await vectorPeel("b", base)];
  await base.setPeels(
    [
      { peel: a, weight: 0.5 },
      { peel: b, weight: -0.25 },
    ],
    { strategy: "attach" },
  );
  const stacked = await outputs();
  const targets = together(vectorTargets("a"), vectorTargets("b"), [4, 3], -0.25);
  const one = await openPeel(await testPeel("both", targets, 7), base);
  await base.setPeels([{ peel: one, weight: 1 }], { strategy: "attach" });
  expect(await outputs()).toEqual(stacked);
  await base.dispose();
});

it("sixteen peels on one target are exactly one peel of their ranks together", async () => {
  const base = await openBase(baseFolder("channel-int8"), { ort, sessionOptions: { intraOpNumThreads: 1 } });
  const x = new ort.Tensor(
    "float32",
    Float32Array.from({ length: 96 }, (_, i) => Math.cos(i)),
    [1, 4, 24],
  );
  const outputs = async () =>
    Object.values(await base.run("main", { x })).map(({ data }) => (data as Float32Array).slice());
  // Powers of two as weights: times them, B is the same whether it is scaled before or after it is stored.
  const weights = Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 1 : -1) * 2 ** -(i % 4));
  const of = (i: number) => {
    const { "layers.0.up": up } = vectorTargets("a");
    return { "layers.0.up": { a: up!.a.map((v) => Math.fround(v * (1 + i / 16))), b: up!.b } };
  };
  const peels = await Promise.all(
    weights.map(async (weight, i) => ({
      peel: await openPeel(await testPeel(`p${i}`, of(i), 4), base),
      weight,
    })),
  );
  const off = await outputs();
  const report = await base.setPeels(peels, { strategy: "attach" });
  expect(report.plan.targets).toMatchObject([{ path: "layers.0.up", rank: 64 }]);
  const stacked = await outputs();
  expect(stacked).not.toEqual(off);
  let all: TestTargets = of(0);
  for (let i = 1; i < 16; i++) all = together(all, of(i), [4 * i, 4], weights[i]!);
  const one = await openPeel(await testPeel("all", all, 64), base);
  await base.setPeels([{ peel: one, weight: 1 }], { strategy: "attach" });
  expect(await outputs()).toEqual(stacked);
  await base.setPeels([]);
  expect(await outputs()).toEqual(off);
  await base.dispose();
});

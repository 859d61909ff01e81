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

import * as ort from "onnxruntime-node";
import { afterEach, describe, expect, it } from "vitest";
import type { Base } from "../base/types.js";
import { openBase } from "../index.js";
import { openBase as openFolder } from "../node/open-folder.js";
import { vectorPeel } from "../testing/peels.js";
import { baseFolder, floats, memoryBase, vectorJson } from "../testing/vectors.js";

interface Vector {
  base: string;
  activations: "uint8" | "float32";
  x: string;
  shape: number[];
  names: [first: string, last: string];
  outputs: { uses: [peel: string, weight: number][]; attached: string[]; float: string[] }[];
}

const vectors = vectorJson<Vector[]>("attach/outputs.json");
/** Graph optimisations that keep float kernels, so that only the runtime's own arithmetic is compared. */
const FLOAT_KERNELS = { graphOptimizationLevel: "basic", intraOpNumThreads: 1 } as const;
/** Largest difference, relative to the largest value: float32 sums of 40 products in another order. */
const TOLERANCE = 1e-4;

let base: Base;
afterEach(() => base.dispose());

const uses = (list: [string, number][]) =>
  Promise.all(list.map(async ([peel, weight]) => ({ peel: await vectorPeel(peel, base), weight })));

async function outputs({ x, shape, names }: Vector): Promise<Float32Array[]> {
  const results = await base.run("main", { x: new ort.Tensor("float32", floats(x), shape) });
  return names.map((name) => results[name]!.data as Float32Array);
}

function furthest(a: Float32Array, b: Float32Array): number {
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / largest;
}

function distance(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length);
}

describe.each(vectors)("attached to $base", (vector) => {
  it("equals the float reference of W + delta, from a folder and from memory", async () => {
    for (const from of ["folder", "memory"]) {
      base =
        from === "folder"
          ? await openFolder(baseFolder(vector.base), { ort, sessionOptions: FLOAT_KERNELS })
          : await openBase({ ...memoryBase(vector.base), ort, sessionOptions: FLOAT_KERNELS });
      let baseNoise = 0;
      for (const expected of vector.outputs) {
        const report = await base.setPeels(await uses(expected.uses), { strategy: "attach" });
        expect(report.plan.totals).toEqual({
          attached: expected.uses.length > 0 ? 2 : 0,
          merged: 0,
          promoted: 0,
        });
        const found = await outputs(vector);
        for (const [i, text] of expected.attached.entries())
          expect(furthest(found[i]!, floats(text))).toBeLessThan(TOLERANCE);
        const noise = distance(found[1]!, floats(expected.float[1]!));
        // Without a peel the distance to the float model is the noise of the quantised activations alone;
        // a peel that was applied wrongly would add to it.
        if (expected.uses.length === 0) baseNoise = noise;
        else expect(noise).toBeLessThan(1.6 * baseNoise + 1e-5);
        const change = distance(floats(expected.float[1]!), floats(vector.outputs[0]!.float[1]!));
        if (expected.uses.length > 0) expect(change).toBeGreaterThan(5 * noise);
      }
      if (from === "folder") await base.dispose();
    }
  });

  it("gives the base's own output, bit for bit, before, at rank 0, and after", async () => {
    base = await openFolder(baseFolder(vector.base), { ort });
    const before = await outputs(vector);
    const [peel] = await uses([["a", 1]]);
    const { plan } = await base.setPeels([peel!], { perTarget: { "layers.1.down": "attach" } });
    expect(plan.targets).toHaveLength(2);
    expect(await outputs(vector)).not.toEqual(before);
    await base.setPeels([{ ...peel!, weight: 0 }]);
    expect(await outputs(vector)).toEqual(before);
    await base.setPeels([peel!], { strategy: "attach" });
    await base.setPeels([]);
    expect(await outputs(vector)).toEqual(before);
  });

  it("runs merged and mixed plans on the merged weights", async () => {
    base = await openFolder(baseFolder(vector.base), { ort, sessionOptions: FLOAT_KERNELS });
    const two = await uses([
      ["a", 0.7],
      ["b", -0.5],
    ]);
    await base.setPeels(two, { strategy: "attach" });
    const attached = await outputs(vector);
    await base.setPeels([]);
    const off = await outputs(vector);
    const plans: Record<string, "attach">[] = [
      {},
      { "layers.0.up": "attach" },
      { "layers.1.down": "attach" },
    ];
    for (const perTarget of plans) {
      const { plan } = await base.setPeels(two, { strategy: "merge", perTarget });
      expect(plan.totals.merged).toBe(2 - Object.keys(perTarget).length);
      const merged = await outputs(vector);
      for (const i of [0, 1]) {
        const left = distance(merged[i]!, attached[i]!) / distance(off[i]!, attached[i]!);
        expect(left).toBeLessThan(0.5);
      }
    }
  });
});

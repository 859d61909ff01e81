import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { openBase } from "../base/open-base.js";
import type { PlanOptions } from "../plan/types.js";
import {
  asFloats,
  expectedFloats,
  exportedBase,
  exportedInput,
  exportedNames,
  exportedPeel,
} from "../testing/exported.js";
import { plainSession } from "../testing/plain-session.js";
import { openModels } from "./open-models.js";

/** Largest difference, relative to the largest value: the order in which a branch's products are added up. */
const SAME = { float32: 1e-6, float16: 2e-3 } as const;
/** The same to what the second implementation gives, which has the noise of its own float kernels. */
const REFERENCE = { float32: 1e-5, float16: 4e-3 } as const;

/** Convolutions, tables, and layers between quantised ends; write-merged.test.ts has the others. */
const NAMES = exportedNames().filter((name) => /-conv-|-wave-|-words-|-qlinear-/.test(name));

describe.each(NAMES)("%s, written with branches", (name) => {
  const vector = exportedBase(name);
  const { expected, net: _, ...memory } = vector;
  const { targets } = memory.card;
  const session = plainSession(name);
  // Between quantised ends the runtime puts a branch of rank 0 beside a merged layer, too, and so computes it in floats, where
  // a written model has the integer kernel: each layer is the attached one once.
  const mixed = (name.includes("-qlinear-") ? targets : targets.slice(0, 1)).map(({ path }) => path);
  const finer = targets.filter(
    ({ scheme: { form, granularity, bits, axis } }) =>
      granularity === "block" && bits < 8 && !(form === "gatherblock" && axis === 0),
  );
  const row = expected.outputs.reduce((most, next) => (next.uses.length > most.uses.length ? next : most));
  const ways: PlanOptions[] = [
    { strategy: "attach" },
    ...mixed.map(
      (path) => ({ strategy: "merge", rounding: "dither", perTarget: { [path]: "attach" } }) as const,
    ),
    ...finer
      .slice(0, 1)
      .map(({ path }) => ({ strategy: "attach", perTarget: { [path]: "promote" } }) as const),
  ];

  it.each(ways)("gives what the runtime gives by %j", async (options) => {
    const base = await openBase({ ...memory, ort, sessionOptions: session });
    const usesOf = (on: Pick<typeof base, "card" | "digest">) =>
      Promise.all(
        row.uses.map(async ([peel, weight]) => ({ peel: await exportedPeel(vector, peel, on), weight })),
      );
    const off = await outputOf(base);
    await base.setPeels(await usesOf(base), options);
    const ours = await outputOf(base);
    const models = await openModels(memory);
    const { plan, graphs } = await models.merge(await usesOf(models), options);
    expect(plan.totals.attached).toBeGreaterThan(0);
    const [{ model, patches, attached }] = graphs as [(typeof graphs)[number]];
    expect(attached).toHaveLength(plan.totals.attached);
    expect(patches).toEqual([]);
    const written = await ort.InferenceSession.create(model!, session);
    const results = await written.run({ x: exportedInput(vector) });
    expect(written.inputNames).toEqual(["x"]);
    const baked = asFloats(results.y!.data as Float32Array);
    const all = plan.totals.attached === targets.length;
    const near = SAME[expected.outputType];
    expect(furthest(baked, ours)).toBeLessThan(near);
    expect(furthest(baked, off)).toBeGreaterThan(10 * near);
    if (all && row.attached !== undefined)
      expect(furthest(baked, expectedFloats(row.attached, expected.outputType))).toBeLessThan(
        REFERENCE[expected.outputType],
      );
    await written.release();
    await base.dispose();
  });

  async function outputOf(base: Awaited<ReturnType<typeof openBase>>): Promise<Float32Array> {
    const results = await base.run("main", { x: exportedInput(vector) });
    return asFloats(results.y!.data as Float32Array);
  }
});

function furthest(a: Float32Array, b: Float32Array): number {
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / largest;
}

import { createHash } from "node:crypto";
import { promote } from "@banana-peel/onnx";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { checkedFiles } from "../base/check-files.js";
import { openBase } from "../base/open-base.js";
import { openGraph } from "../base/open-graph.js";
import { readWeights } from "../base/weights.js";
import { Pacer } from "../pacer.js";
import { type FormVector, formNames, memoryForm } from "../testing/forms.js";
import { vectorPeel } from "../testing/peels.js";
import { floats, fromBase64 } from "../testing/vectors.js";
import { mergeTarget, roundingFor } from "./merge-target.js";
import { canPromote, promoteTarget } from "./promote-target.js";
import { partsByTarget } from "./updates.js";

/**
 * Kernels in float32 and not in int8, which "accuracy_level" 4 would choose for DequantizeLinear beside MatMul: its
 * noise would hide a wrong merge.
 */
const EXACT = {
  graphOptimizationLevel: "all",
  intraOpNumThreads: 1,
  logSeverityLevel: 3,
  extra: { session: { qdq_matmulnbits_accuracy_level: "1" } },
} as const;
/** Largest difference, relative to the largest value, by the type of activations. */
const TOLERANCE = { float32: 1e-4, float16: 4e-3, dynamic: 4e-3 } as const;

const sha256 = (data: ArrayBufferView) =>
  createHash("sha256")
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest("hex");
const pacer = () => new Pacer(() => performance.now(), undefined);

describe.each(formNames())("%s", (name) => {
  const { expected, ...memory } = memoryForm(name);
  const dynamic = memory.card.targets[0]!.scheme.form === "integer";
  const tolerance = TOLERANCE[dynamic ? "dynamic" : expected.type];

  it("is read, merged and promoted as by the second implementation", async () => {
    const base = await openBase({ ...memory, ort });
    expect(base.digest).toBe(expected.digest);
    const files = checkedFiles(memory.card, memory);
    const graph = await openGraph(memory.card, "main", files, undefined);
    for (const { uses, targets } of expected.merges) {
      const loaded = await Promise.all(
        uses.map(async ([peel, weight]) => ({ peel: await vectorPeel(peel, base), weight })),
      );
      const parts = partsByTarget(loaded);
      for (const { path, promoted, ...roundings } of targets) {
        const open = graph.targets.get(path)!;
        const form = await readWeights(open, files, undefined);
        const seen = new Float32Array(form.k * form.n);
        for (let row = 0; row < form.k; row++)
          form.readRow(row, seen.subarray(row * form.n, (row + 1) * form.n));
        expect(sha256(seen)).toBe(expected.weights[path]);
        for (const rounding of ["nearest", "dither"] as const) {
          const way = await roundingFor(rounding, base.digest, path);
          const merged = await mergeTarget(form, parts.get(path)!, way, pacer());
          expect(sha256(merged.bytes)).toBe(roundings[rounding].sha256);
          expect(merged.gain).toBeCloseTo(roundings[rounding].gain, 9);
          expect(merged.error).toBeCloseTo(roundings[rounding].error, 9);
        }
        expect(canPromote(open)).toBe(promoted !== undefined);
        if (promoted === undefined) continue;
        const finer = await promoteTarget(open, form, parts.get(path)!, pacer());
        expect(sha256(finer.promoted.values)).toBe(promoted.values);
        expect(sha256(finer.promoted.scales)).toBe(promoted.scales);
        expect(finer.gain).toBeCloseTo(promoted.gain, 9);
        expect(finer.error).toBeCloseTo(promoted.error, 9);
      }
    }
    await base.dispose();
  });

  it("gives the second implementation's outputs in onnxruntime, attached, merged and promoted", async () => {
    const base = await openBase({ ...memory, ort, sessionOptions: EXACT });
    const off = await output(base, expected);
    for (const row of expected.outputs) {
      const uses = await Promise.all(
        row.uses.map(async ([peel, weight]) => ({ peel: await vectorPeel(peel, base), weight })),
      );
      for (const strategy of ["attach", "merge", "promote"] as const) {
        const wanted = { attach: row.attached, merge: row.merged, promote: row.promoted }[strategy];
        if (wanted === undefined || (uses.length === 0 && strategy === "promote")) continue;
        await base.setPeels(uses, { strategy, rounding: "nearest" });
        const found = await output(base, expected);
        expect(furthest(found, floats(wanted)), strategy).toBeLessThan(tolerance);
      }
    }
    await base.setPeels([]);
    expect(await output(base, expected)).toEqual(off);
    await base.dispose();
  });
});

it.each(["nbits4", "blocked-int4"])(
  "%s: a promoted target and an attached one share a session",
  async (name) => {
    const { expected, ...memory } = memoryForm(name);
    const base = await openBase({ ...memory, ort, sessionOptions: EXACT });
    const wanted = expected.outputs.find(({ uses }) => uses.length === 1)!;
    const attached = floats(wanted.attached);
    const off = furthest(await output(base, expected), attached);
    const uses = [{ peel: await vectorPeel("a", base), weight: 1 }];
    for (const path of ["layers.0.up", "layers.1.down"]) {
      const { plan } = await base.setPeels(uses, { strategy: "attach", perTarget: { [path]: "promote" } });
      expect(plan.totals).toEqual({ attached: 1, merged: 0, promoted: 1 });
      expect(furthest(await output(base, expected), attached)).toBeLessThan(0.1 * off);
    }
    await base.dispose();
  },
);

it("a float16 scale rounds before the values that it scales", async () => {
  const { card, ...memory } = memoryForm("nbits4");
  const files = checkedFiles(card, memory);
  const graph = await openGraph(card, "main", files, undefined);
  const form = await readWeights(graph.targets.get("layers.0.up")!, files, undefined);
  const promotion = promote(form, 10, "layers.0.up");
  const none = new Float64Array(form.n);
  for (let row = 0; row < form.k; row++) promotion.prepare(row, none);
  for (let row = 0; row < form.k; row++) promotion.addRow(row, none, new Float64Array(form.n));
  const { scales, values } = promotion.finish();
  for (const scale of scales) {
    const fraction = scale / 2 ** (Math.floor(Math.log2(scale)) - 10);
    expect(fraction).toBe(Math.round(fraction));
  }
  expect(Math.max(...values.map(Math.abs))).toBe(127);
});

async function output(
  base: Awaited<ReturnType<typeof openBase>>,
  { x, shape, name, type }: FormVector,
): Promise<Float32Array> {
  const data = type === "float16" ? new Uint16Array(fromBase64(x).buffer) : floats(x);
  const results = await base.run("main", { x: new ort.Tensor(type, data as Float32Array, shape) });
  return asFloats(results[name]!.data as Float32Array | Uint16Array);
}

function asFloats(data: Float32Array | Uint16Array): Float32Array {
  if (data instanceof Float32Array) return data.slice();
  return Float32Array.from(data, (bits) => {
    const exponent = (bits >> 10) & 31;
    const size = exponent === 0 ? (bits & 1023) * 2 ** -24 : (1024 + (bits & 1023)) * 2 ** (exponent - 25);
    return bits & 0x8000 ? -size : size;
  });
}

function furthest(a: Float32Array, b: Float32Array): number {
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / largest;
}

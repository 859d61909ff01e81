import { createHash } from "node:crypto";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { checkedFiles } from "../base/check-files.js";
import { openBase } from "../base/open-base.js";
import { openGraph } from "../base/open-graph.js";
import type { Base } from "../base/types.js";
import { readWeights } from "../base/weights.js";
import { Pacer } from "../pacer.js";
import {
  asFloats,
  expectedFloats,
  exportedBase,
  exportedInput,
  exportedNames,
  exportedPeel,
} from "../testing/exported.js";
import { EXACT, plainSession, saturates } from "../testing/plain-session.js";
import { mergeTarget, roundingFor } from "./merge-target.js";
import { canPromote, promoteTarget } from "./promote-target.js";
import { partsByTarget } from "./updates.js";

/** As an app runs, but for int8 activations where the graph has none. */
const FUSED = {
  graphOptimizationLevel: "all",
  intraOpNumThreads: 1,
  logSeverityLevel: 3,
  extra: { session: { qdq_matmulnbits_accuracy_level: "1" } },
} as const;
const fused = (name: string) =>
  saturates(name) ? { ...FUSED, extra: { session: { ...FUSED.extra.session, ...EXACT } } } : FUSED;
/** Largest difference, relative to the largest value. */
const TOLERANCE = { float32: 1e-5, float16: 4e-3 } as const;
/** The same of fused kernels: where activations are quantised, a step may fall on the other side. */
const FUSED_TOLERANCE = 0.04;

const sha256 = (data: ArrayBufferView) =>
  createHash("sha256")
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest("hex");
const pacer = () => new Pacer(() => performance.now(), undefined);

describe.each(exportedNames())("%s", (name) => {
  const vector = exportedBase(name);
  const { expected, net, ...memory } = vector;
  const usesOf = (uses: [string, number][], base: Base) =>
    Promise.all(
      uses.map(async ([peel, weight]) => ({ peel: await exportedPeel(vector, peel, base), weight })),
    );

  it("is read, merged and promoted as by the second implementation", async () => {
    const base = await openBase({ ...memory, ort });
    expect(base.digest).toBe(expected.digest);
    const files = checkedFiles(memory.card, memory);
    const graph = await openGraph(memory.card, "main", files, undefined);
    for (const { uses, targets } of expected.merges) {
      const parts = partsByTarget(await usesOf(uses, base));
      for (const { path, promoted, erased, ...roundings } of targets) {
        const open = graph.targets.get(path)!;
        const form = await readWeights(open, files, undefined);
        const seen = new Float32Array(form.k * form.n);
        for (let row = 0; row < form.k; row++)
          form.readRow(row, seen.subarray(row * form.n, (row + 1) * form.n));
        expect(sha256(seen), path).toBe(expected.weights[path]);
        for (const rounding of ["nearest", "dither"] as const) {
          const way = await roundingFor(rounding, base.digest, path);
          const merged = await mergeTarget(form, parts.get(path)!, way, pacer());
          expect(sha256(merged.bytes), `${path} ${rounding}`).toBe(roundings[rounding].sha256);
          expect(merged.gain).toBeCloseTo(roundings[rounding].gain, 9);
          expect(merged.error).toBeCloseTo(roundings[rounding].error, 9);
          if (rounding === "nearest") expect(merged.erased).toBe(erased);
        }
        expect(canPromote(open)).toBe(promoted !== undefined);
        if (promoted === undefined) continue;
        const finer = await promoteTarget(open, form, parts.get(path)!, pacer());
        expect(sha256(finer.promoted.values)).toBe(promoted.values);
        expect(sha256(finer.promoted.scales)).toBe(promoted.scales);
        expect(finer.gain).toBeCloseTo(promoted.gain, 9);
      }
    }
    await base.dispose();
  });

  it.each([
    ["each operator by itself", plainSession(name), TOLERANCE[expected.outputType]],
    ["fused", fused(name), FUSED_TOLERANCE],
  ])("gives the reference's outputs, %s", async (_, sessionOptions, tolerance) => {
    const base = await openBase({ ...memory, ort, sessionOptions });
    const run = async () => {
      const results = await base.run("main", { x: exportedInput(vector) });
      return asFloats(results.y!.data as Float32Array | Uint16Array);
    };
    const off = await run();
    for (const { uses: named, ...row } of expected.outputs) {
      const uses = await usesOf(named, base);
      const erased = expected.merges.find(({ uses: other }) => same(other, named))?.targets;
      for (const strategy of ["attach", "merge", "promote"] as const) {
        const wanted = { attach: row.attached, merge: row.merged, promote: row.promoted }[strategy];
        if (wanted === undefined) continue;
        const how = { strategy, rounding: "nearest" } as const;
        if (strategy === "merge" && erased?.every((target) => target.erased)) {
          await expect(base.setPeels(uses, how)).rejects.toMatchObject({ code: "PEEL_NO_EFFECT" });
          continue;
        }
        await base.setPeels(uses, how);
        const found = furthest(await run(), expectedFloats(wanted, expected.outputType));
        expect(found, `${strategy} ${JSON.stringify(named)}`).toBeLessThan(tolerance);
      }
    }
    await base.setPeels([]);
    expect(await run()).toEqual(off);
    await base.dispose();
  });

  it("changes its outputs, attached, as PyTorch's float model does", async () => {
    const base = await openBase({ ...memory, ort, sessionOptions: plainSession(name) });
    const outputs = new Map(net.outputs.map(({ uses, float }) => [JSON.stringify(uses), float]));
    const float = (uses: unknown) => expectedFloats(outputs.get(JSON.stringify(uses))!, "float32");
    const run = async () => {
      const { y } = await base.run("main", { x: exportedInput(vector) });
      return asFloats(y!.data as Float32Array | Uint16Array);
    };
    const off = await run();
    for (const { uses } of net.outputs) {
      if (uses.length === 0 || uses[0]![0] === "faint") continue;
      await base.setPeels(await usesOf(uses, base), { strategy: "attach" });
      const found = cosine(less(await run(), off), less(float(uses), float([])));
      expect(found, JSON.stringify(uses)).toBeGreaterThan(name.endsWith("nbits2") ? 0.8 : 0.97);
    }
    await base.dispose();
  });
});

const less = (a: Float32Array, b: Float32Array) => a.map((value, i) => value - b[i]!);
const product = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const cosine = (a: Float32Array, b: Float32Array) => product(a, b) / Math.sqrt(product(a, a) * product(b, b));

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function furthest(a: Float32Array, b: Float32Array): number {
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / largest;
}

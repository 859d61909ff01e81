import { readModel } from "@banana-peel/onnx";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { openBase } from "../base/open-base.js";
import type { Base, OpenBaseOptions } from "../base/types.js";
import type { Ort, SessionOptions } from "../ort.js";
import { openPeel } from "../peel/open-peel.js";
import type { LoadedPeel } from "../peel/types.js";
import { type TestTargets, testPeel } from "../testing/peels.js";
import { sines, WIDE_FORMS, wideBase } from "../testing/wide-base.js";

const K = 192;
/** Three layers that share x A, one of them too narrow to be added in place by itself, and odd sizes. */
const SIZES: Record<string, [k: number, n: number]> = { query: [K, 1024], value: [K, 1531], up: [K, 2048] };
const NARROW: Record<string, [k: number, n: number]> = { query: [K, 1024], key: [K, 1023] };

/** Options of the app's, and how far outputs may be apart beside the largest. */
const OPTIONS: Record<string, SessionOptions> = {
  "as onnxruntime has it": {},
  "without graph optimisations": { graphOptimizationLevel: "disabled" },
  "with x64quantprecision": { extra: { session: { x64quantprecision: "1" } } },
};
const FLOAT_NOISE = 1e-5;

/** onnxruntime-node, and the models that it was given as bytes. */
function recorded(): { ort: Ort; models: Uint8Array[] } {
  const models: Uint8Array[] = [];
  const create = (model: Uint8Array, options: SessionOptions) => {
    models.push(model);
    return ort.InferenceSession.create(model, options);
  };
  return { ort: { Tensor: ort.Tensor, InferenceSession: { create } } as unknown as Ort, models };
}

const fused = (model: Uint8Array) =>
  readModel(model, "model").graph.nodes.filter(({ opType }) => opType === "FusedConv").length;

async function open(
  form: (typeof WIDE_FORMS)[number],
  sizes: typeof SIZES,
  options: Partial<OpenBaseOptions>,
): Promise<{ base: Base; models: Uint8Array[] }> {
  const { ort: own, models } = recorded();
  const sessionOptions = { intraOpNumThreads: 1, logSeverityLevel: 3 as const, ...options.sessionOptions };
  return { base: await openBase({ ...wideBase(form, sizes), ort: own, ...options, sessionOptions }), models };
}

async function outputs(base: Base, batch: number, tokens: number): Promise<Record<string, Float32Array>> {
  const results = await base.run("main", {
    x: { data: sines(4 * 24, 0), dims: [1, 4, 24] },
    z: { data: sines(batch * tokens * K, tokens), dims: [batch, tokens, K] },
  });
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, (data as Float32Array).slice()]),
  );
}

/** A peel of some of the layers. */
async function peelOf(base: Base, rank: number, paths = Object.keys(SIZES)): Promise<LoadedPeel> {
  const targets: TestTargets = Object.fromEntries(
    paths.map((path, i) => {
      const [k, n] = SIZES[path]!;
      return [path, { a: sines(rank * k, rank + i, 0.1), b: sines(n * rank, rank - i, 0.1) }];
    }),
  );
  return openPeel(await testPeel(`r${rank}-${paths.length}`, targets, rank, {}, SIZES), base);
}

function furthest(a: Float32Array, b: Float32Array): number {
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / largest;
}

/** Bit for bit; toEqual of as many numbers takes seconds. */
function same(a: Record<string, Float32Array>, b: Record<string, Float32Array>): boolean {
  return Object.entries(b).every(([name, { buffer }]) =>
    Buffer.from(a[name]!.buffer).equals(Buffer.from(buffer)),
  );
}

/** Peels and their weights, by rank and the layers that they change. */
const STACKS: [rank: number, weight: number, paths?: string[]][][] = [
  [[8, 1, ["up"]]], // The other layers are at rank 0.
  [[8, 0.7]],
  [[16, -1]],
  [
    [8, 0.5],
    [16, 0.3],
    [3, -2, ["query", "up"]],
  ],
];

describe.each(WIDE_FORMS)("attached to wide layers of the form %s", (form) => {
  it.each(Object.entries(OPTIONS))("%s, added in place is the product and the sum", async (_, options) => {
    const sessionOptions = { ...options };
    const inPlace = await open(form, SIZES, { sessionOptions });
    const plain = await open(form, SIZES, { sessionOptions, onnxOperatorsOnly: true });
    for (const [batch, tokens] of [
      [1, 1],
      [1, 64],
      [4, 7],
    ] as const) {
      const off = await outputs(inPlace.base, batch, tokens);
      expect(same(await outputs(plain.base, batch, tokens), off)).toBe(true);
      for (const stack of STACKS) {
        for (const { base } of [inPlace, plain]) {
          const peels = await Promise.all(
            stack.map(async ([rank, weight, paths]) => ({ peel: await peelOf(base, rank, paths), weight })),
          );
          await base.setPeels(peels, { strategy: "attach" });
        }
        const found = await outputs(inPlace.base, batch, tokens);
        const expected = await outputs(plain.base, batch, tokens);
        for (const [name, wanted] of Object.entries(expected))
          expect(furthest(found[name]!, wanted), `${name} of ${batch} x ${tokens}`).toBeLessThan(FLOAT_NOISE);
        expect(furthest(found["up.out"]!, off["up.out"]!)).toBeGreaterThan(0.01);
      }
      for (const { base } of [inPlace, plain]) await base.setPeels([]);
      expect(same(await outputs(inPlace.base, batch, tokens), off)).toBe(true);
    }
    // One FusedConv a layer in the session with branches, and none in the base's own or the plain one.
    expect(inPlace.models.map(fused).sort()).toEqual([0, Object.keys(SIZES).length]);
    expect(plain.models.map(fused)).toEqual([0, 0]);
    await Promise.all([inPlace.base.dispose(), plain.base.dispose()]);
  });
});

it("a narrow layer beside a wide one keeps both out of it: they share a product", async () => {
  const { base, models } = await open("float", NARROW, {});
  await base.setPeels([await peelOf(base, 8, ["query"])], { strategy: "attach" });
  expect(models.map(fused)).toEqual([0]);
  await base.dispose();
});

it.each([{ executionProviders: ["webgpu"] }, { executionProviders: ["cuda", "cpu"] }])(
  "%o: where another provider may get the node, there is none",
  async (sessionOptions) => {
    const { ort: own, models } = recorded();
    const refused = { ...own, InferenceSession: { create: async (model: Uint8Array) => models.push(model) } };
    const base = await openBase({ ...wideBase("float", SIZES), ort: refused as never, sessionOptions });
    await base.setPeels([await peelOf(base, 8)], { strategy: "attach" });
    expect(models.map(fused)).toEqual([0]);
  },
);

import { readAdapter, writeSafetensors } from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import { type ImportResult, importAdapter } from "./index.js";
import { caught } from "./testing/caught.js";
import { base } from "./testing/files.js";
import { caseArrays, caseFiles, cases, type Expect } from "./testing/vectors.js";

/** Rounding of float32 sums of up to 24 products, relative to the largest element. */
const TOLERANCE = 2e-6;

function targets(expected: Expect) {
  const { targets } = base(...expected.targets.map(({ path, n, k }) => [path, n, k] as const));
  return { targets: targets.map((target, i) => ({ ...target, ...kernelOf(expected.targets[i]!) })) };
}

function kernelOf({ kernel }: Expect["targets"][number]) {
  return kernel === undefined ? {} : { operator: "Conv" as const, layout: "nk" as const, kernel };
}

/** The deltas that a reader of the canonical adapter gets, through its own reader. */
function deltas({ adapter }: ImportResult): Map<string, Float64Array> {
  const read = readAdapter(writeSafetensors(adapter.tensors), "adapter.safetensors");
  const found = new Map<string, Float64Array>();
  for (const [path, { rank, n, k, a, b }] of read.targets) {
    const delta = new Float64Array(n * k);
    for (let i = 0; i < n; i++)
      for (let t = 0; t < rank; t++)
        for (let j = 0; j < k; j++)
          delta[i * k + j]! += (adapter.alpha / rank) * b[i * rank + t]! * a[t * k + j]!;
    found.set(path, delta);
  }
  return found;
}

function farthest(got: Float64Array, wanted: Float32Array): number {
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return got.reduce((most, value, index) => Math.max(most, Math.abs(value - wanted[index]!)), 0) / largest;
}

describe("vectors of PEFT, diffusers and LyCORIS", async () => {
  it("are there", async () => {
    expect((await cases("exact")).length).toBeGreaterThan(25);
    expect((await cases("refused")).length).toBeGreaterThan(20);
  });

  it.each(await cases("exact"))("%s is reproduced", async (name, expected) => {
    const weights = await caseArrays(name, "weight.safetensors");
    const readWeight = (path: string) => weights.get(path)!;
    const result = await importAdapter({
      files: await caseFiles(name),
      base: targets(expected),
      options: { ...expected.options, ...(weights.size > 0 && { readWeight }) },
    });
    const wanted = await caseArrays(name, "delta.safetensors");
    const got = deltas(result);
    expect([...got.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [path, delta] of wanted)
      expect(farthest(got.get(path)!, delta), path).toBeLessThan(expected.tolerance ?? TOLERANCE);
    expect(result.format).toBe(expected.format);
    expect(result.coverage.unmatched).toEqual([]);
    expect(result.coverage.uncovered).toEqual([]);
    expect(result.approximation).toEqual([]);
    if (expected.rank !== undefined) expect(result.adapter.rank).toBe(expected.rank);
    if (expected.alpha !== undefined) expect(result.adapter.alpha).toBe(expected.alpha);
    if (expected.dtype !== undefined)
      for (const { dtype } of result.adapter.tensors.values()) expect(dtype).toBe(expected.dtype);
  });

  it("DoRA without the base's weights is refused, and says so", async () => {
    for (const [name, expected] of await cases("exact")) {
      if ((await caseArrays(name, "weight.safetensors")).size === 0) continue;
      const error = await caught(async () =>
        importAdapter({ files: await caseFiles(name), base: targets(expected) }),
      );
      expect(error).toMatchObject({ code: "IMPORT_UNSUPPORTED", details: { feature: "DoRA" } });
    }
  });

  it.each(await cases("approximate"))("%s is approximated as well as can be", async (name, expected) => {
    const files = await caseFiles(name);
    const result = await importAdapter({ files, base: targets(expected), options: expected.options! });
    const wanted = await caseArrays(name, "delta.safetensors");
    const got = deltas(result);
    expect(result.approximation.map(({ target }) => target).sort()).toEqual([...wanted.keys()].sort());
    for (const { target, relativeError } of result.approximation) {
      const delta = wanted.get(target)!;
      let missing = 0;
      let norm = 0;
      delta.forEach((value, index) => {
        missing += (value - got.get(target)![index]!) ** 2;
        norm += value ** 2;
      });
      expect(relativeError).toBeCloseTo(Math.sqrt(missing / norm), 5);
      if (expected.error !== undefined) expect(relativeError).toBeCloseTo(expected.error, 5);
      if (expected.maxError !== undefined) expect(relativeError).toBeLessThan(expected.maxError);
    }
    const { approximate: _, ...exactOnly } = expected.options!;
    const error = await caught(() => importAdapter({ files, base: targets(expected), options: exactOnly }));
    expect(error.code).toBe("IMPORT_APPROXIMATION_NEEDED");
  });

  it.each(await cases("refused"))("%s is refused", async (name, expected) => {
    const error = await caught(async () =>
      importAdapter({ files: await caseFiles(name), base: targets(expected) }),
    );
    expect(error.code).toBe(expected.code);
    for (const words of expected.says) expect(`${error.where} ${error.message}`).toContain(words);
    expect(error.hint).toBeTruthy();
  });
});

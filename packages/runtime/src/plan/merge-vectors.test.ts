import type { WeightForm } from "@banana-peel/onnx";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { checkedFiles } from "../base/check-files.js";
import { openBase } from "../base/open-base.js";
import { openGraph } from "../base/open-graph.js";
import { readWeights } from "../base/weights.js";
import { Pacer } from "../pacer.js";
import { vectorPeel } from "../testing/peels.js";
import { FORMS, fromBase64, memoryBase, vectorJson } from "../testing/vectors.js";
import { mergeTarget, roundingFor } from "./merge-target.js";
import { partsByTarget } from "./updates.js";

interface Vectors {
  digest: string;
  cases: {
    uses: [peel: string, weight: number][];
    targets: ({ path: string } & Record<
      "nearest" | "dither",
      { stored: string; gain: number; error: number }
    >)[];
  }[];
}

/** Every row as the operator sees it. */
function weightBytes(form: WeightForm): Float32Array[] {
  return Array.from({ length: form.k }, (_, row) => {
    const out = new Float32Array(form.n);
    form.readRow(row, out);
    return out;
  });
}

describe.each(FORMS)("merging into %s", (form) => {
  const vectors = vectorJson<Vectors>(`merge/${form}/merged.json`);
  const rows = vectors.cases.map((row) => ({ ...row, label: JSON.stringify(row.uses) }));

  it.each(rows)("$label gives the second implementation's bytes", async ({ uses, targets }) => {
    const memory = memoryBase(form);
    const base = await openBase({ ...memory, ort });
    expect(base.digest).toBe(vectors.digest);
    const files = checkedFiles(memory.card, memory);
    const graph = await openGraph(memory.card, "main", files, undefined);
    const loaded = await Promise.all(
      uses.map(async ([peel, weight]) => ({ peel: await vectorPeel(peel, base), weight })),
    );
    const parts = partsByTarget(loaded);
    for (const expected of targets) {
      const weights = await readWeights(graph.targets.get(expected.path)!, files, undefined);
      const before = weightBytes(weights);
      for (const name of ["nearest", "dither"] as const) {
        const rounding = await roundingFor(name, base.digest, expected.path);
        const own = parts.get(expected.path)!;
        const merged = await mergeTarget(
          weights,
          own,
          rounding,
          new Pacer(() => performance.now(), undefined),
        );
        expect(merged.bytes).toEqual(fromBase64(expected[name].stored));
        expect(merged.gain).toBeCloseTo(expected[name].gain, 9);
        expect(merged.error).toBeCloseTo(expected[name].error, 9);
      }
      expect(weightBytes(weights)).toEqual(before);
    }
    await base.dispose();
  });
});

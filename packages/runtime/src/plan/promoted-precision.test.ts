import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";
import { openBase } from "../base/open-base.js";
import { asFloats, expectedFloats, exportedBase, exportedInput, exportedPeel } from "../testing/exported.js";
import { EXACT } from "../testing/plain-session.js";

it.each(["dynamo-mlp-blocked-int4", "dynamo-mlp-blocked-uint4", "torchscript-mlp-nbits4-zero-points"])(
  "%s, promoted, runs where onnxruntime was told not to saturate",
  async (name) => {
    const vector = exportedBase(name);
    const { expected, net: _, ...memory } = vector;
    const session = { ...EXACT, qdq_matmulnbits_accuracy_level: "1" };
    const base = await openBase({ ...memory, ort, sessionOptions: { extra: { session } } });
    for (const { uses, promoted } of expected.outputs) {
      if (promoted === undefined) continue;
      const peels = uses.map(async ([peel, weight]) => ({
        peel: await exportedPeel(vector, peel, base),
        weight,
      }));
      await base.setPeels(await Promise.all(peels), { strategy: "promote" });
      const { y } = await base.run("main", { x: exportedInput(vector) });
      const found = asFloats(y!.data as Float32Array);
      const wanted = expectedFloats(promoted, "float32");
      for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 3);
    }
    await base.dispose();
  },
);

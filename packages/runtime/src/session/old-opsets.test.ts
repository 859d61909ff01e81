import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";
import { openBase } from "../base/open-base.js";
import { asFloats, expectedFloats, exportedBase, exportedInput, exportedPeel } from "../testing/exported.js";
import { atOpset } from "../testing/opsets.js";
import { plainSession } from "../testing/plain-session.js";

/** Models whose operators are the same in older versions, with versions that lack CastLike, Split by sizes, or axes of DequantizeLinear. */
it.each([
  ["dynamo-mlp-float16", 14, 4e-3],
  ["dynamo-mlp-float16", 9, 4e-3],
  ["dynamo-words-float16", 13, 4e-3],
  ["torchscript-mlp-qlinear-int8", 10, 1e-5],
  ["torchscript-gemm-qlinear-int8", 12, 1e-5],
  ["dynamo-gemm-qlinear-int8-channel", 12, 1e-5],
  ["dynamo-mlp-qlinear-int8-channel", 11, 1e-5],
  ["dynamo-wave-qlinear-int8-channel", 12, 1e-5],
  ["torchscript-mlp-float32", 9, 1e-5],
])("%s at opset %i attaches as it does at a later one", async (name, version, tolerance) => {
  const vector = exportedBase(name);
  const { expected, net: _, ...memory } = vector;
  const base = await openBase({ ...atOpset(memory, version), ort, sessionOptions: plainSession(name) });
  for (const { uses, attached } of expected.outputs) {
    const peels = uses.map(async ([peel, weight]) => ({
      peel: await exportedPeel(vector, peel, base),
      weight,
    }));
    await base.setPeels(await Promise.all(peels), { strategy: "attach" });
    const { y } = await base.run("main", { x: exportedInput(vector) });
    const found = asFloats(y!.data as Float32Array | Uint16Array);
    const wanted = expectedFloats(attached, expected.outputType);
    const largest = Math.max(...wanted.map(Math.abs));
    const furthest = Math.max(...found.map((value, i) => Math.abs(value - wanted[i]!)));
    expect(furthest / largest, JSON.stringify(uses)).toBeLessThan(tolerance);
  }
  await base.dispose();
});

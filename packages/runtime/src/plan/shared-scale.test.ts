import { createHash } from "node:crypto";
import type { BaseCard } from "@banana-peel/format";
import { editModel, readModel } from "@banana-peel/onnx";
import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";
import { openBase } from "../base/open-base.js";
import { vectorPeel } from "../testing/peels.js";
import { memoryBase } from "../testing/vectors.js";

const UP = "layers.0.up";
const DOWN = "layers.1.down";

/** The base tensor-int8, whose second layer is read by the first one's scale. */
function sharedScale() {
  const base = memoryBase("tensor-int8");
  const [path] = [base.card.graphs.main!.model];
  const model = readModel(base.files.get(path)!, path);
  const [up, down] = base.card.targets;
  const scale = up!.scheme.scale!;
  const index = model.graph.consumers.get(down!.scheme.scale!)![0]!;
  const { name, opType, domain, inputs, outputs } = model.graph.nodes[index]!;
  const node = {
    ...{ name, opType, domain, outputs },
    inputs: inputs.map((input) => (input === down!.scheme.scale ? scale : input)),
  };
  const bytes = editModel(model, { replacedNodes: new Map([[index, node]]) });
  base.files.set(path, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const card: BaseCard = {
    ...base.card,
    files: base.card.files.map((file) =>
      file.path === path ? { ...file, bytes: bytes.length, sha256 } : file,
    ),
    targets: [up!, { ...down!, scheme: { ...down!.scheme, scale } }],
  };
  return { ...base, card };
}

const furthest = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

it("a merge leaves a scale alone that another target reads too, and that target", async () => {
  const base = await openBase({ ...sharedScale(), ort, sessionOptions: { intraOpNumThreads: 1 } });
  const x = { data: Float32Array.from({ length: 96 }, (_, i) => Math.sin(i)), dims: [1, 4, 24] };
  const run = async () => {
    const results = await base.run("main", { x });
    const [down, up] = base
      .outputs("main")
      .map(({ name }) => (results[name]!.data as Float32Array).slice()) as [Float32Array, Float32Array];
    return { down, up };
  };
  const peel = await vectorPeel("a", base);
  const off = await run();
  const change = async (perTarget: Record<string, number>, strategy: "attach" | "merge") => {
    await base.setPeels([{ peel, weight: 1, perTarget }], { strategy, rounding: "nearest" });
    return run();
  };
  for (const only of [{ [UP]: 0 }, { [DOWN]: 0 }, {}] as Record<string, number>[]) {
    const attached = await change(only, "attach");
    const merged = await change(only, "merge");
    for (const output of ["up", "down"] as const) {
      const size = furthest(attached[output], off[output]);
      if (size === 0) expect(merged[output]).toEqual(off[output]);
      else
        expect(furthest(merged[output], attached[output]), `${JSON.stringify(only)} ${output}`).toBeLessThan(
          0.25 * size,
        );
    }
  }
  expect((await change({ [UP]: 0 }, "merge")).up).toEqual(off.up);
  await base.setPeels([]);
  expect(await run()).toEqual(off);
  await base.dispose();
});

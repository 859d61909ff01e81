import { expect, it } from "vitest";
import { editModel } from "../edit/edit-model.js";
import { readModel } from "../model/read-model.js";
import { traceTarget } from "../target/trace.js";
import { vectorBytes } from "../testing/vectors.js";
import { promotedEdits } from "./promoted-edits.js";

it.each(["nbits4", "blocked-int4"])("%s, promoted, leaves a scale that another node reads", (form) => {
  const model = readModel(vectorBytes(`forms/${form}/model.onnx`), form);
  const { name } = model.graph.nodes.find(({ opType }) => /^MatMul(NBits)?$/.test(opType))!;
  const { weight, scale, reader } = traceTarget(model.graph, name);
  const other = { name: "other", opType: "Identity", inputs: [scale!], outputs: ["scale/copy"] };
  const shared = readModel(editModel(model, { nodesAfter: new Map([[reader, [other]]]) }), form);
  const [k, n] = [64, 40];
  const promoted = { k, n, values: new Int8Array(k * n), scales: new Float32Array((k / 32) * n) };
  const removed = ({ graph }: typeof model) =>
    promotedEdits(graph, traceTarget(graph, name), promoted, 1, "p").removedInitializers;
  expect([...removed(model)]).toEqual(expect.arrayContaining([weight, scale]));
  expect(removed(shared).has(weight)).toBe(true);
  expect(removed(shared).has(scale!)).toBe(false);
  const edits = promotedEdits(shared.graph, traceTarget(shared.graph, name), promoted, 1, "p");
  expect(readModel(editModel(shared, edits), form).graph.initializers.has(scale!)).toBe(true);
});

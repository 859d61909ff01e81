import {
  DATA_TYPE,
  editModel,
  type ModelEdits,
  type NewInput,
  type NewNode,
  type OnnxModel,
} from "@banana-peel/onnx";
import type { OpenGraph } from "../base/open-graph.js";

/** Names of the inputs that feed the branch of a target: A [K,R] and B [R,N]. */
export function branchInputs(path: string): { a: string; b: string } {
  return { a: `banana-peel/${path}/A`, b: `banana-peel/${path}/B` };
}

/**
 * Edits that put a branch beside every target of a graph: output = base output + (input A) B. A and B are required
 * inputs whose rank is free: onnxruntime has no optional ones in JavaScript, and at rank 0 the sum is the base's
 * output. The target's output gets a new name where it is made and the sum takes the old one, so that every reader
 * reads the sum.
 */
export function attachEdits(graph: OpenGraph): ModelEdits {
  const inputs: NewInput[] = [];
  const nodesAfter = new Map<number, NewNode[]>();
  const renamedOutputs = new Map<string, string>();
  let index = 0;
  for (const { target, outputNode, valueType } of graph.targets.values()) {
    const { path, k, n, output } = target;
    const { a, b } = branchInputs(path);
    const rank = `banana-peel/rank/${index++}`;
    inputs.push({ name: a, dataType: DATA_TYPE.float, dims: [k, rank] });
    inputs.push({ name: b, dataType: DATA_TYPE.float, dims: [rank, n] });
    const name = (part: string) => `banana-peel/${path}/${part}`;
    renamedOutputs.set(output, name("base"));
    const half = valueType !== DATA_TYPE.float;
    // The branch runs in float32; CastLike takes the type from another tensor and needs no attribute.
    const from = half ? name("input") : target.input;
    const change = half ? name("wide") : name("change");
    const nodes: NewNode[] = [
      ...(half
        ? [{ name: name("widen"), opType: "CastLike", inputs: [target.input, a], outputs: [from] }]
        : []),
      { name: name("down"), opType: "MatMul", inputs: [from, a], outputs: [name("low")] },
      { name: name("up"), opType: "MatMul", inputs: [name("low"), b], outputs: [change] },
      ...(half
        ? [
            {
              name: name("narrow"),
              opType: "CastLike",
              inputs: [change, name("base")],
              outputs: [name("change")],
            },
          ]
        : []),
      { name: name("add"), opType: "Add", inputs: [name("base"), name("change")], outputs: [output] },
    ];
    nodesAfter.set(outputNode, [...(nodesAfter.get(outputNode) ?? []), ...nodes]);
  }
  return { inputs, nodesAfter, renamedOutputs };
}

/** The graph's model with a branch beside every target. */
export function attachModel(graph: OpenGraph, edits?: WeightEdits): Uint8Array {
  return editModel(graph.model, { ...edits, ...attachEdits(graph) });
}

/** Edits of weights, which leave inputs and outputs as they are. */
export type WeightEdits = Pick<
  ModelEdits,
  "elements" | "initializers" | "replacedNodes" | "removedInitializers"
>;

/** The graph's model with other embedded weights; its own bytes when there are none. */
export function modelWith(model: OnnxModel, edits: WeightEdits): Uint8Array {
  const none = !edits.elements?.size && !edits.initializers?.length && !edits.replacedNodes?.size;
  return none ? model.bytes : editModel(model, edits);
}

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
  for (const { target, outputNode } of graph.targets.values()) {
    const { path, k, n, output } = target;
    const { a, b } = branchInputs(path);
    const rank = `banana-peel/rank/${index++}`;
    inputs.push({ name: a, dataType: DATA_TYPE.float, dims: [k, rank] });
    inputs.push({ name: b, dataType: DATA_TYPE.float, dims: [rank, n] });
    const name = (part: string) => `banana-peel/${path}/${part}`;
    renamedOutputs.set(output, name("base"));
    const nodes: NewNode[] = [
      { name: name("down"), opType: "MatMul", inputs: [target.input, a], outputs: [name("low")] },
      { name: name("up"), opType: "MatMul", inputs: [name("low"), b], outputs: [name("change")] },
      { name: name("add"), opType: "Add", inputs: [name("base"), name("change")], outputs: [output] },
    ];
    nodesAfter.set(outputNode, [...(nodesAfter.get(outputNode) ?? []), ...nodes]);
  }
  return { inputs, nodesAfter, renamedOutputs };
}

/** The graph's model with a branch beside every target. */
export function attachModel(graph: OpenGraph, elements?: ModelEdits["elements"]): Uint8Array {
  return editModel(graph.model, { ...attachEdits(graph), ...(elements && { elements }) });
}

/** The graph's model with other embedded elements; its own bytes when there are none. */
export function modelWith(model: OnnxModel, elements: NonNullable<ModelEdits["elements"]>): Uint8Array {
  return elements.size === 0 ? model.bytes : editModel(model, { elements });
}

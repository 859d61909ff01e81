import {
  DATA_TYPE,
  editModel,
  type ModelEdits,
  type NewInput,
  type NewNode,
  type OnnxModel,
} from "@banana-peel/onnx";
import type { OpenTarget } from "../base/check-target.js";
import type { OpenGraph } from "../base/open-graph.js";
import { type Branch, branchesOf, inputB } from "./branches.js";

/**
 * Edits that put a branch beside every target of a graph: output = base output + (input A) B. A and B are required
 * inputs whose rank is free: onnxruntime has no optional ones in JavaScript, and at rank 0 the sum is the base's
 * output. The target's output gets a new name where it is made and the sum takes the old one, so that every reader
 * reads the sum; cut in behind the bias, so that the layer's own fusions stay.
 */
export function attachEdits(graph: OpenGraph): ModelEdits {
  const inputs: NewInput[] = [];
  const nodesAfter = new Map<number, NewNode[]>();
  const renamedOutputs = new Map<string, string>();
  const add = (index: number, nodes: readonly NewNode[]) =>
    nodesAfter.set(index, [...(nodesAfter.get(index) ?? []), ...nodes]);
  for (const branch of branchesOf(graph)) {
    const ranks = branch.targets.map(({ target }) => `banana-peel/rank/${target.path}`);
    const all = branch.split === undefined ? ranks[0]! : `${branch.a}/rank`;
    inputs.push({ name: branch.a, dataType: DATA_TYPE.float, dims: [branch.k, all] });
    if (branch.split !== undefined)
      inputs.push({ name: branch.split, dataType: DATA_TYPE.int64, dims: [branch.targets.length] });
    add(branch.after, downNodes(branch));
    for (const [i, open] of branch.targets.entries()) {
      const { path, n, output } = open.target;
      inputs.push({ name: inputB(path), dataType: DATA_TYPE.float, dims: [ranks[i]!, n] });
      renamedOutputs.set(output, part(path, "base"));
      add(open.outputNode, upNodes(open));
    }
  }
  return { inputs, nodesAfter, renamedOutputs };
}

const part = (path: string, name: string) => `banana-peel/${path}/${name}`;

/** input A, for all targets of a branch at once; in float32, whatever the type of the input. */
function downNodes({ a, input, split, targets, valueType }: Branch): NewNode[] {
  const half = valueType !== DATA_TYPE.float;
  const from = half ? `${a}/input` : input;
  const lows = targets.map(({ target }) => part(target.path, "low"));
  const low = split === undefined ? lows[0]! : `${a}/low`;
  const nodes: NewNode[] = [];
  // CastLike takes the type from another tensor and needs no attribute.
  if (half) nodes.push({ name: `${a}/widen`, opType: "CastLike", inputs: [input, a], outputs: [from] });
  nodes.push({ name: `${a}/down`, opType: "MatMul", inputs: [from, a], outputs: [low] });
  if (split !== undefined)
    nodes.push({
      name: `${a}/split`,
      opType: "Split",
      inputs: [low, split],
      outputs: lows,
      ints: { axis: -1 },
    });
  return nodes;
}

/** base output + low B, for one target. */
function upNodes({ target: { path, output }, valueType }: OpenTarget): NewNode[] {
  const half = valueType !== DATA_TYPE.float;
  const change = part(path, "change");
  const wide = half ? part(path, "wide") : change;
  const base = part(path, "base");
  const nodes: NewNode[] = [
    { name: part(path, "up"), opType: "MatMul", inputs: [part(path, "low"), inputB(path)], outputs: [wide] },
  ];
  if (half)
    nodes.push({ name: part(path, "narrow"), opType: "CastLike", inputs: [wide, base], outputs: [change] });
  nodes.push({ name: part(path, "add"), opType: "Add", inputs: [base, change], outputs: [output] });
  return nodes;
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

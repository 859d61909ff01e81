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
import { branchInputs, castNode, dequantiseNode, downNode, upProduct } from "./branch-nodes.js";
import { type Branch, branchesOf, cutOf, inputB, part } from "./branches.js";
import {
  flatNodes,
  inPlaceConstants,
  inPlaceNodes,
  inPlaceShapes,
  isInPlace,
  planeNode,
} from "./in-place.js";
import { cutPacks, packsFor } from "./packs.js";
import { floatLayer } from "./quantised-layer.js";

/** What the branches of a graph are like; its feeds must be made by the same. */
export interface AttachOptions {
  /** Paths of the targets that get a branch; all of them by default. */
  readonly only?: ReadonlySet<string>;
  /** Least N of targets whose change is added by in-place.ts; by default none, so that every node is one of ONNX's own. */
  readonly inPlaceFrom?: number;
}

/**
 * Edits that put a branch beside every target of a graph: output = base output + (input A) B. A and B are required
 * inputs whose rank is free: onnxruntime has no optional ones in JavaScript, and at rank 0 the sum is the base's
 * output. The target's output gets a new name where it is made and the sum takes the old one, so that every reader
 * reads the sum; a layer with a quantised output becomes one of floats. Cut in where onnxruntime's fusions stay: see cutOf.
 * Inputs are packed where that is quicker; with `only` each stands by itself.
 */
export function attachEdits(
  graph: OpenGraph,
  { only, inPlaceFrom = Number.POSITIVE_INFINITY }: AttachOptions = {},
): ModelEdits {
  const inputs: NewInput[] = [];
  const values: NewInput[] = [];
  const inPlace: Branch[] = [];
  const nodesAfter = new Map<number, NewNode[]>();
  const nodesBefore = new Map<number, NewNode[]>();
  const replacedNodes = new Map<number, NewNode>();
  const renamedOutputs = new Map<string, string>();
  const add = (index: number, nodes: readonly NewNode[]) =>
    nodesAfter.set(index, [...(nodesAfter.get(index) ?? []), ...nodes]);
  const packs = packsFor(graph, only);
  const isPacked = (input: string) => packs?.tensors.has(input) ?? false;
  for (const branch of branchesOf(graph, only)) {
    const ranks = branch.targets.map(({ target }) => `banana-peel/rank/${target.path}`);
    const all = branch.split === undefined ? ranks[0]! : `${branch.a}/rank`;
    const inputA = { name: branch.a, rank: all };
    const [a] = branchInputs(branch.targets[0]!, inputA, { name: "", rank: all });
    inputs.push(a!);
    if (branch.split !== undefined)
      inputs.push({ name: branch.split, dataType: DATA_TYPE.int64, dims: [branch.targets.length] });
    if (branch.factors !== undefined)
      inputs.push({ name: branch.factors, dataType: DATA_TYPE.float, dims: [all] });
    const quantised = branch.targets.find(({ target, traced }) => traced.quantised.has(target.output));
    if (quantised !== undefined) {
      const { node, change } = { node: quantised.traced.node, change: part(quantised.target.path, "change") };
      const floats = floatLayer(quantised, graph.model.graph.nodes[node]!, change, graph);
      inputs.push({
        ...branchInputs(quantised, inputA, { name: inputB(quantised.target.path), rank: all })[1]!,
      });
      const nodes = [...floats.before, ...downNodes(branch, graph), upNode(quantised, change), floats.sum];
      nodesBefore.set(node, [...(nodesBefore.get(node) ?? []), ...nodes]);
      replacedNodes.set(node, floats.after);
      continue;
    }
    const there = isInPlace(branch, graph, inPlaceFrom);
    if (there) inPlace.push(branch);
    add(branch.after, downNodes(branch, graph, there));
    for (const [i, open] of branch.targets.entries()) {
      const { path } = open.target;
      const cut = cutOf(open, graph);
      const [, b] = branchInputs(open, inputA, { name: inputB(path), rank: ranks[i]! });
      const packed = isPacked(b!.name);
      inputs.push(there && !packed ? { ...b!, dims: [1, ...b!.dims] } : b!);
      renamedOutputs.set(cut.output, part(path, "base"));
      add(cut.node, there ? inPlaceNodes(branch, open, cut.output, packed) : upNodes(open, cut.output));
      if (there) values.push(...inPlaceShapes(branch, open));
    }
  }
  const constants = inPlaceConstants(inPlace, isPacked);
  const edits = { values, nodesBefore, nodesAfter, replacedNodes, renamedOutputs };
  if (packs === undefined) return { ...edits, inputs, initializers: constants };
  const cut = cutPacks(packs);
  nodesBefore.set(0, [...cut.nodes, ...(nodesBefore.get(0) ?? [])]);
  const own = inputs.filter(({ name }) => !packs.tensors.has(name));
  return { ...edits, inputs: [...cut.inputs, ...own], initializers: [...cut.initializers, ...constants] };
}

/** input A, times the factors, for all targets of a branch at once; in float32, whatever the type of the input. */
function downNodes(branch: Branch, { model }: OpenGraph, inPlace = false): NewNode[] {
  const { a, factors, input, split, targets, valueType } = branch;
  const open = targets[0]!;
  const grid = open.traced.quantised.get(input);
  const half = valueType !== DATA_TYPE.float && open.traced.kind !== "gather";
  const from = half || grid !== undefined || inPlace ? `${a}/input` : input;
  const lows = targets.map(({ target }) => part(target.path, "low"));
  const low = split === undefined ? lows[0]! : `${a}/low`;
  const nodes: NewNode[] = [];
  if (inPlace) nodes.push(...flatNodes(branch, from));
  else if (grid !== undefined)
    nodes.push({ name: `${a}/widen`, ...dequantiseNode(input, grid), outputs: [from] });
  else if (half) nodes.push({ name: `${a}/widen`, ...castNode(input, DATA_TYPE.float), outputs: [from] });
  const node = model.graph.nodes[open.traced.node];
  const scaled = inPlace ? `${a}/flat` : low;
  const product = factors === undefined ? scaled : `${a}/product`;
  nodes.push({ name: `${a}/down`, ...downNode(open, node, from, a), outputs: [product] });
  if (factors !== undefined)
    nodes.push({ name: `${a}/scale`, opType: "Mul", inputs: [product, factors], outputs: [scaled] });
  if (inPlace) nodes.push(planeNode(scaled, low));
  if (split !== undefined)
    nodes.push({
      name: `${a}/split`,
      opType: "Split",
      inputs: [low, split],
      outputs: lows,
      ints: { axis: inPlace ? 1 : -1 },
    });
  return nodes;
}

/** The second product of a target's branch. */
function upNode(open: OpenTarget, output: string): NewNode {
  const { path } = open.target;
  return { name: part(path, "up"), ...upProduct(open, part(path, "low"), inputB(path)), outputs: [output] };
}

/** base output + low B, for one target. */
function upNodes(open: OpenTarget, output: string): NewNode[] {
  const { path } = open.target;
  const half = open.valueType !== DATA_TYPE.float;
  const change = part(path, "change");
  const wide = half ? part(path, "wide") : change;
  const base = part(path, "base");
  const nodes: NewNode[] = [upNode(open, wide)];
  if (half) nodes.push({ name: part(path, "narrow"), ...castNode(wide, open.valueType), outputs: [change] });
  nodes.push({ name: part(path, "add"), opType: "Add", inputs: [base, change], outputs: [output] });
  return nodes;
}

/**
 * The graph's model with a branch beside every target.
 * @param inPlaceFrom as of attachEdits
 */
export function attachModel(graph: OpenGraph, inPlaceFrom?: number, edits?: WeightEdits): Uint8Array {
  const attach = attachEdits(graph, { inPlaceFrom });
  const replacedNodes = new Map([...(edits?.replacedNodes ?? []), ...(attach.replacedNodes ?? [])]);
  const initializers = [...(edits?.initializers ?? []), ...(attach.initializers ?? [])];
  return editModel(graph.model, { ...edits, ...attach, replacedNodes, initializers });
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

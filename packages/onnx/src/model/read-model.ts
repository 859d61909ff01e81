import { bound, invalid } from "../errors.js";
import { FUNCTION, GRAPH, MODEL, OPSET, SPARSE, TENSOR } from "../proto/fields.js";
import { integer, name, once, payload, wireFields } from "../proto/wire.js";
import { addName, type NodeBudget, readNode } from "./read-node.js";
import { readTensor } from "./read-tensor.js";
import { readValue } from "./read-value.js";
import { linkGraph } from "./topology.js";
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from "./types.js";

/**
 * Reads a ModelProto (https://github.com/onnx/onnx/blob/main/docs/IR.md). Weights are views of `bytes` or places in
 * external files; nothing is loaded. Time and memory are bounded by the file's size and ONNX_LIMITS.
 * @param label name of the file for messages
 * @throws BananaError ONNX_INVALID, ONNX_LIMIT, ONNX_LOCATION
 */
export function readModel(bytes: Uint8Array, label: string): OnnxModel {
  const steps = readSteps(bytes, label);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * As readModel, for threads that must stay free: `pause` is awaited between nodes, and decides itself when to wait.
 * @throws BananaError as readModel; what `pause` throws
 */
export async function readModelInTurns(
  bytes: Uint8Array,
  label: string,
  pause: () => Promise<void> | undefined,
): Promise<OnnxModel> {
  const steps = readSteps(bytes, label);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    const waiting = pause();
    if (waiting !== undefined) await waiting;
  }
}

/** Reads a model, one part of its graph at a step. */
function* readSteps(bytes: Uint8Array, label: string): Generator<void, OnnxModel> {
  bound("modelBytes", bytes.length, label);
  const opsets = new Map<string, number>();
  let graph: Uint8Array | undefined;
  const functions: Uint8Array[] = [];
  for (const field of wireFields(bytes, label)) {
    if (field.no === MODEL.graph) graph = once(graph, payload(field, label), "graph", label);
    else if (field.no === MODEL.functions) functions.push(payload(field, label));
    else if (field.no === MODEL.opsetImport) {
      let domain = "";
      let version = 0;
      for (const inner of wireFields(payload(field, label), label)) {
        if (inner.no === OPSET.domain) domain = name(inner, label);
        else if (inner.no === OPSET.version) version = integer(inner, label);
      }
      opsets.set(domain === "ai.onnx" ? "" : domain, version);
    }
  }
  if (graph === undefined) throw invalid(label, "expected an ONNX model with a graph, found none");
  if (opsets.size === 0) throw invalid(label, "expected the versions of the operator sets, found none");
  return { bytes, opsets, graph: yield* readGraph(graph, functions, label) };
}

function* readGraph(
  bytes: Uint8Array,
  own: readonly Uint8Array[],
  label: string,
): Generator<void, OnnxGraph> {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const values = new Map<string, OnnxValue>();
  const sparse = new Set<string>();
  const budget: NodeBudget = { used: 0 };
  const fields = wireFields(bytes, label);
  // Counted before any is read: a million nodes take a second to count and a minute to read.
  bound(
    "nodes",
    fields.reduce((count, { no }) => count + Number(no === GRAPH.node), 0),
    label,
  );
  for (const field of fields) {
    yield;
    if (field.no === GRAPH.node)
      nodes.push(readNode(payload(field, label), `${label}: node ${nodes.length}`, budget, 0));
    else if (field.no === GRAPH.initializer) {
      const tensor = readTensor(payload(field, label), `${label}: initializer ${initializers.size}`);
      if (tensor.name === "" || initializers.has(tensor.name))
        throw invalid(label, `expected initializers with names of their own, found "${tensor.name}" again`);
      initializers.set(tensor.name, tensor);
      bound("values", initializers.size, label);
    } else if (field.no === GRAPH.sparseInitializer) {
      for (const inner of wireFields(payload(field, label), label))
        if (inner.no === SPARSE.values) addName(inner, TENSOR.name, label, sparse);
    } else if (field.no === GRAPH.input) inputs.push(readValue(payload(field, label), `${label}: input`));
    else if (field.no === GRAPH.output) outputs.push(readValue(payload(field, label), `${label}: output`));
    else if (field.no === GRAPH.valueInfo) {
      const value = readValue(payload(field, label), `${label}: value_info`);
      values.set(value.name, value);
      bound("values", values.size, label);
    }
    bound("values", Math.max(inputs.length, outputs.length), label);
  }
  for (const value of [...inputs, ...outputs]) values.set(value.name, value);
  const fed = inputs.filter((input) => !initializers.has(input.name));
  const known = new Set([...initializers.keys(), ...sparse, ...inputs.map((input) => input.name)]);
  const functions = new Map<string, readonly OnnxNode[]>();
  for (const each of own) {
    yield;
    const { key, nodes } = readFunction(each, `${label}: function`, budget);
    functions.set(key, nodes);
  }
  const links = linkGraph(nodes, known, outputs, label);
  return { nodes, initializers, inputs: fed, outputs, values, functions, ...links };
}

/** A FunctionProto: its domain and name, and its nodes. */
function readFunction(bytes: Uint8Array, where: string, budget: NodeBudget) {
  let own = "";
  let domain = "";
  const nodes: OnnxNode[] = [];
  for (const field of wireFields(bytes, where)) {
    if (field.no === FUNCTION.name) own = name(field, where);
    else if (field.no === FUNCTION.domain) domain = name(field, where);
    else if (field.no === FUNCTION.node) nodes.push(readNode(payload(field, where), where, budget, 0));
  }
  return { key: `${domain} ${own}`, nodes };
}

import type { OnnxGraph, OnnxNode } from "../model/types.js";

/** The node that makes a tensor; undefined for inputs and initializers. */
export function producer(graph: OnnxGraph, name: string): OnnxNode | undefined {
  const index = graph.producers.get(name);
  return index === undefined ? undefined : graph.nodes[index];
}

const outputs = new WeakMap<OnnxGraph, ReadonlySet<string>>();

/** True for an output of the graph; a graph may have as many outputs as targets. */
export function isOutput(graph: OnnxGraph, name: string): boolean {
  let names = outputs.get(graph);
  if (names === undefined) {
    names = new Set(graph.outputs.map((output) => output.name));
    outputs.set(graph, names);
  }
  return names.has(name);
}

/** The one node that reads a tensor; undefined when there are more, or when the tensor is an output of the graph. */
export function onlyReader(graph: OnnxGraph, name: string): OnnxNode | undefined {
  const readers = graph.consumers.get(name) ?? [];
  if (readers.length !== 1 || isOutput(graph, name)) return undefined;
  return graph.nodes[readers[0]!];
}

/** True for an operator of ONNX's own set. */
export function isOperator<T extends string>(
  node: OnnxNode | undefined,
  opType: T,
): node is OnnxNode & { readonly opType: T } {
  return node?.opType === opType && (node.domain === "" || node.domain === "ai.onnx");
}

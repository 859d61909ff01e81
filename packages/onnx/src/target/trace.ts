import { BananaError } from "@banana-peel/format";
import type { OnnxGraph, OnnxNode } from "../model/types.js";

/** A weight-consuming node of form qdq: MatMul(x, DequantizeLinear(weight, scale, zeroPoint?)). */
export interface TracedTarget {
  /** Index of the MatMul. */
  readonly node: number;
  readonly weight: string;
  readonly scale: string;
  readonly zeroPoint: string | undefined;
  /** DequantizeLinear's axis, counted from the front; without meaning for a single scale. */
  readonly axis: number;
  /** Float tensors that are the layer's input: the MatMul's own first, then those before its quantisation. */
  readonly inputs: readonly string[];
  /** Float tensors that are the layer's output: the MatMul's own first, then that after the bias. */
  readonly outputs: readonly string[];
}

/**
 * Finds what a node of the graph multiplies with and where an adapter's branch may start and end.
 * @throws BananaError ONNX_UNSUPPORTED when the node is missing, ambiguous or of another form, or when its weight
 *   is used elsewhere too
 */
export function traceTarget(graph: OnnxGraph, nodeName: string): TracedTarget {
  const fail = (message: string) =>
    new BananaError("ONNX_UNSUPPORTED", message, {
      where: nodeName,
      hint: "Name another node on the card, or quantise the model to form qdq.",
    });
  const indices = graph.named.get(nodeName) ?? [];
  if (indices.length !== 1) throw fail(`expected one node of that name, found ${indices.length}`);
  const index = indices[0]!;
  const node = graph.nodes[index]!;
  if (!isOperator(node, "MatMul") || node.inputs.length !== 2)
    throw fail(`expected a MatMul of two inputs, found ${node.opType} of ${node.inputs.length}`);
  const dequantise = producer(graph, node.inputs[1]!);
  if (dequantise === undefined || !isOperator(dequantise, "DequantizeLinear"))
    throw fail(
      `expected DequantizeLinear to make its second input, found ${dequantise?.opType ?? "no node"}`,
    );
  if ((dequantise.ints.get("block_size") ?? 0) !== 0)
    throw fail(`expected no block_size, found ${dequantise.ints.get("block_size")}`);
  const [weight, scale, zeroPoint] = dequantise.inputs;
  if (!weight || !scale) throw fail("expected DequantizeLinear with weight and scale");
  const tensor = graph.initializers.get(weight);
  if (tensor === undefined) throw fail(`expected ${weight} to be an initializer, found a computed tensor`);
  for (const used of [weight, dequantise.outputs[0]!]) {
    const readers = graph.consumers.get(used)?.length ?? 0;
    const isOutput = graph.outputs.some((output) => output.name === used);
    if (readers !== 1 || isOutput)
      throw fail(`expected ${used} to be read by this layer only, found ${readers} readers`);
  }
  const axis = dequantise.ints.get("axis") ?? 1;
  return {
    node: index,
    weight,
    scale,
    zeroPoint: zeroPoint || undefined,
    axis: axis < 0 ? axis + tensor.dims.length : axis,
    inputs: inputsOf(graph, node.inputs[0]!),
    outputs: outputsOf(graph, node.outputs[0]!),
  };
}

/** Walks from a layer's input back through pairs of QuantizeLinear and DequantizeLinear. */
function inputsOf(graph: OnnxGraph, first: string): string[] {
  const names = [first];
  for (;;) {
    const dequantise = producer(graph, names.at(-1)!);
    if (dequantise === undefined || !isOperator(dequantise, "DequantizeLinear")) return names;
    const quantise = producer(graph, dequantise.inputs[0]!);
    if (quantise === undefined || !isOperator(quantise, "QuantizeLinear")) return names;
    names.push(quantise.inputs[0]!);
  }
}

/** Walks from a layer's product on to the sum with its bias, where the layer alone reads the product. */
function outputsOf(graph: OnnxGraph, product: string): string[] {
  const readers = graph.consumers.get(product) ?? [];
  const add = readers.length === 1 ? graph.nodes[readers[0]!] : undefined;
  if (add === undefined || !isOperator(add, "Add")) return [product];
  if (graph.outputs.some((output) => output.name === product)) return [product];
  const bias = add.inputs.find((input) => input !== product);
  if (bias === undefined || !isConstant(graph, bias)) return [product];
  return [product, add.outputs[0]!];
}

/** True for an initializer or one that went through DequantizeLinear, Cast or Identity. */
function isConstant(graph: OnnxGraph, name: string): boolean {
  if (graph.initializers.has(name)) return true;
  const node = producer(graph, name);
  if (node === undefined) return false;
  if (isOperator(node, "Constant")) return true;
  return (
    ["DequantizeLinear", "Cast", "Identity"].includes(node.opType) && graph.initializers.has(node.inputs[0]!)
  );
}

function producer(graph: OnnxGraph, name: string): OnnxNode | undefined {
  const index = graph.producers.get(name);
  return index === undefined ? undefined : graph.nodes[index];
}

function isOperator(node: OnnxNode, opType: string): boolean {
  return node.opType === opType && (node.domain === "" || node.domain === "ai.onnx");
}

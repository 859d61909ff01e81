import type { OnnxGraph } from "../model/types.js";
import { clipsAtZero } from "./clips.js";
import { isOperator, onlyReader, producer } from "./graph.js";

/** Pairs that are walked through: a layer has one, or two where models were put together. */
const PAIRS = 4;

/**
 * Walks from a layer's input back through pairs of QuantizeLinear and DequantizeLinear, but past none that may stand for
 * an activation.
 */
export function inputsOf(graph: OnnxGraph, first: string): string[] {
  const names = [first];
  for (let pairs = 0; pairs < PAIRS; pairs++) {
    const dequantise = producer(graph, names.at(-1)!);
    if (!isOperator(dequantise, "DequantizeLinear")) return names;
    const quantise = producer(graph, dequantise.inputs[0]!);
    if (!isOperator(quantise, "QuantizeLinear") || clipsAtZero(graph, quantise)) return names;
    names.push(quantise.inputs[0]!);
  }
  return names;
}

/** Walks from a layer's product on to the sum with its bias, where the layer alone reads the product. */
export function outputsOf(graph: OnnxGraph, product: string): string[] {
  const add = onlyReader(graph, product);
  if (!isOperator(add, "Add")) return [product];
  const bias = add.inputs.find((input) => input !== product);
  if (bias === undefined || !isConstant(graph, bias)) return [product];
  return [product, add.outputs[0]!];
}

/** True for an initializer or one that went through DequantizeLinear, Cast, Identity or Reshape. */
function isConstant(graph: OnnxGraph, name: string): boolean {
  if (graph.initializers.has(name)) return true;
  const node = producer(graph, name);
  if (node === undefined) return false;
  if (isOperator(node, "Constant")) return true;
  return (
    ["DequantizeLinear", "Cast", "Identity", "Reshape"].includes(node.opType) &&
    graph.initializers.has(node.inputs[0]!)
  );
}

import type { OnnxGraph, OnnxTensor } from "../model/types.js";
import { isOperator, producer } from "./graph.js";
import { onlyHere, ownWeight } from "./own.js";
import type { Fail, TracedTarget } from "./types.js";

/** The initializer behind a weight input, and how it becomes numbers. */
export interface StoredWeight
  extends Pick<TracedTarget, "weight" | "scale" | "zeroPoint" | "axis" | "blockSize"> {
  readonly form: "qdq" | "float";
  readonly tensor: OnnxTensor;
  /** Index of its DequantizeLinear; undefined for the form float. */
  readonly dequantise: number | undefined;
}

/** Follows a weight input to its initializer: directly, or through DequantizeLinear. Nothing else may read either. */
export function storedWeight(graph: OnnxGraph, made: string, fail: Fail): StoredWeight {
  const dequantise = producer(graph, made);
  if (dequantise === undefined) {
    const tensor = ownWeight(graph, made, fail);
    const plain = { scale: undefined, zeroPoint: undefined, axis: 0, blockSize: undefined };
    return { ...plain, form: "float", weight: tensor.name, tensor, dequantise: undefined };
  }
  if (!isOperator(dequantise, "DequantizeLinear"))
    throw fail(`expected DequantizeLinear to make its weight, found ${dequantise.opType}`);
  const [weight, scale, zeroPoint] = dequantise.inputs;
  if (!weight || !scale) throw fail("expected DequantizeLinear with weight and scale");
  const quantise = producer(graph, weight);
  if (isOperator(quantise, "QuantizeLinear"))
    throw fail(
      "expected its weight to be stored quantised, found QuantizeLinear that makes it at every run: quantise without AddQDQPairToWeight",
    );
  const tensor = ownWeight(graph, weight, fail);
  onlyHere(graph, dequantise.outputs[0]!, fail);
  const stated = dequantise.ints.get("axis") ?? 1;
  return {
    form: "qdq",
    weight,
    scale,
    zeroPoint: zeroPoint || undefined,
    axis: stated < 0 ? stated + tensor.dims.length : stated,
    blockSize: dequantise.ints.get("block_size") || undefined,
    tensor,
    dequantise: graph.producers.get(made)!,
  };
}

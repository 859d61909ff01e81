import type { OnnxGraph, OnnxNode } from "../model/types.js";
import { inputsOf, outputsOf } from "./ends.js";
import { isOperator, producer } from "./graph.js";
import { onlyHere } from "./own.js";
import { storedWeight } from "./stored-weight.js";
import type { Tracer } from "./types.js";

/** MatMul or Gemm of a weight that lies behind DequantizeLinear, or in floating-point numbers; form qdq or float. */
export const traceMatMul: Tracer = ({ graph, node, index, fail }) => {
  const gemm = node.opType === "Gemm";
  const [input, second] = node.inputs;
  if (!input || !second || (!gemm && node.inputs.length !== 2))
    throw fail(`expected a ${node.opType} of two inputs, found ${node.inputs.length}`);
  if (gemm && (node.ints.get("transA") ?? 0) !== 0) throw fail("expected transA 0, found 1");
  if (gemm && (node.floats.get("alpha") ?? 1) !== 1)
    throw fail(`expected alpha 1, found ${node.floats.get("alpha")}`);
  let turned = gemm && (node.ints.get("transB") ?? 0) !== 0;
  let made = second;
  let reader = index;
  const transpose = producer(graph, made);
  if (isOperator(transpose, "Transpose")) {
    const order = transpose.lists.get("perm")?.join();
    if (order !== undefined && order !== "1,0")
      throw fail(`expected Transpose to swap both axes of the weight, found perm ${order}`);
    onlyHere(graph, made, fail);
    turned = !turned;
    reader = graph.producers.get(made)!;
    made = transpose.inputs[0]!;
  }
  const layout = turned ? "nk" : "kn";
  const { tensor, dequantise, ...stored } = storedWeight(graph, made, fail);
  if (tensor.dims.length !== 2) throw fail(`expected a weight of two axes, found ${tensor.dims.length}`);
  const inner = layout === "kn" ? 0 : 1;
  const { blockSize, axis } = stored;
  if (blockSize !== undefined && (blockSize < 0 || axis !== inner))
    throw fail(`expected blocks of at least 1 along axis ${inner}, found ${blockSize} along ${axis}`);
  return {
    node: index,
    operator: node.opType,
    kind: "linear",
    layout,
    ...stored,
    reader: dequantise ?? reader,
    ...ends(graph, node),
  };
};

function ends(graph: OnnxGraph, node: OnnxNode) {
  return {
    inputs: inputsOf(graph, node.inputs[0]!),
    outputs: outputsOf(graph, node.outputs[0]!),
    quantised: new Map(),
  };
}

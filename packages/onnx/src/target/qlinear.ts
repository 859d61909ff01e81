import type { OnnxGraph } from "../model/types.js";
import { clipsAtZero } from "./clips.js";
import { checkChannelAxis, convolutionOf } from "./convolution.js";
import { isOperator, producer } from "./graph.js";
import { ownWeight } from "./own.js";
import type { Tracer } from "./types.js";

/**
 * QLinearMatMul, QLinearConv and QGemm, form qlinear: quantised input, weight and output, each with its scale and zero
 * point. A bias is int32 in units of input scale times weight scale; merging keeps the weight's scale, so that it
 * stays right. The output's grid may stand for an activation too (its ends clip as Relu does), so that an update is
 * only right when it is added before it.
 */
export const traceQLinear: Tracer = ({ graph, node, index, fail }) => {
  const gemm = node.opType === "QGemm";
  const conv = node.opType === "QLinearConv";
  const [input, inputScale, inputZero = "", second, scale, zeroPoint] = node.inputs;
  if (!input || !inputScale || !second || !scale)
    throw fail(`expected ${node.opType} with input, weight and scales, found fewer inputs`);
  if (!graph.initializers.has(scale))
    throw fail(`expected the weight's scale to be an initializer, found ${scale}`);
  if (gemm && (node.ints.get("transA") ?? 0) !== 0) throw fail("expected transA 0, found 1");
  if (gemm && (node.floats.get("alpha") ?? 1) !== 1)
    throw fail(`expected alpha 1, found ${node.floats.get("alpha")}`);
  const tensor = ownWeight(graph, second, fail);
  if (!conv && tensor.dims.length !== 2)
    throw fail(`expected a weight of two axes, found ${tensor.dims.length}`);
  const layout = conv || (gemm && (node.ints.get("transB") ?? 0) !== 0) ? "nk" : "kn";
  const axis = layout === "nk" ? 0 : 1;
  if (conv) checkChannelAxis(0, axis, undefined, fail);
  const [outputScale, outputZero = ""] = node.inputs.slice(gemm ? 7 : 6);
  const quantised = new Map([[input, { scale: inputScale, zeroPoint: inputZero }]]);
  const output = node.outputs[0]!;
  if (outputScale) quantised.set(output, { scale: outputScale, zeroPoint: outputZero });
  return {
    node: index,
    operator: node.opType,
    kind: conv ? "conv" : "linear",
    form: "qlinear",
    layout,
    weight: tensor.name,
    scale,
    zeroPoint: zeroPoint || undefined,
    axis,
    blockSize: undefined,
    reader: index,
    ...(conv && { convolution: convolutionOf(node, tensor, false, fail) }),
    inputs: [input, ...before(graph, input)],
    outputs: [output],
    quantised,
  };
};

/** What QuantizeLinear makes a tensor from, unless it may stand for an activation. */
function before(graph: OnnxGraph, name: string): string[] {
  const quantise = producer(graph, name);
  return isOperator(quantise, "QuantizeLinear") && !clipsAtZero(graph, quantise) ? [quantise.inputs[0]!] : [];
}

import type { OnnxGraph, OnnxNode } from "../model/types.js";
import { clipsAtZero } from "./clips.js";
import { convolutionOf } from "./convolution.js";
import { outputsOf } from "./ends.js";
import { isOperator, onlyReader, producer } from "./graph.js";
import { ownWeight } from "./own.js";
import type { Fail, TracedTarget, Tracer } from "./types.js";

/** Places of the weight's parts among the inputs of each operator. */
const PARTS = {
  MatMulInteger: { scale: undefined, zeroPoint: 3 },
  DynamicQuantizeMatMul: { scale: 2, zeroPoint: 3 },
  MatMulIntegerToFloat: { scale: 3, zeroPoint: 5 },
  ConvInteger: { scale: undefined, zeroPoint: 3 },
} as const;

/**
 * Products of whole numbers, form integer: MatMulInteger and ConvInteger with their scale in a Mul behind them, and
 * onnxruntime's fused DynamicQuantizeMatMul and MatMulIntegerToFloat (com.microsoft; docs/ContribOperators.md).
 */
export const traceIntegers: Tracer = ({ graph, node, index, fail }) => {
  const parts = PARTS[node.opType as keyof typeof PARTS];
  const weight = ownWeight(graph, node.inputs[1], fail);
  const product = node.outputs[0]!;
  const conv = node.opType === "ConvInteger";
  const fused = node.opType !== "MatMulInteger" && !conv;
  const found = fused
    ? { scale: node.inputs[parts.scale ?? -1], output: product }
    : scaledProduct(graph, product, fail);
  if (!found.scale || !graph.initializers.has(found.scale))
    throw fail(`expected the weight's scale to be an initializer, found ${found.scale || "none"}`);
  return {
    node: index,
    operator: node.opType,
    kind: conv ? "conv" : "linear",
    form: "integer",
    layout: conv ? "nk" : "kn",
    ...(conv && { convolution: convolutionOf(node, weight, false, fail) }),
    weight: weight.name,
    scale: found.scale,
    zeroPoint: node.inputs[parts.zeroPoint] || undefined,
    axis: conv ? 0 : 1,
    blockSize: undefined,
    reader: index,
    outputs: outputsOf(graph, found.output),
    ...(node.opType === "DynamicQuantizeMatMul"
      ? { inputs: [node.inputs[0]!], quantised: new Map() }
      : inputOf(graph, node, fail)),
  };
};

/**
 * What the whole numbers of a node's first input were made from; those themselves where their grid may stand for an
 * activation. A dynamic grid never does: it holds all that it is made from.
 */
function inputOf(graph: OnnxGraph, node: OnnxNode, fail: Fail): Pick<TracedTarget, "inputs" | "quantised"> {
  const stored = node.inputs[0]!;
  const quantise = producer(graph, stored);
  if (isOperator(quantise, "QuantizeLinear") && clipsAtZero(graph, quantise)) {
    const [, scale, zeroPoint = ""] = quantise.inputs;
    return { inputs: [stored], quantised: new Map([[stored, { scale: scale!, zeroPoint }]]) };
  }
  if (isOperator(quantise, "DynamicQuantizeLinear") || isOperator(quantise, "QuantizeLinear"))
    return { inputs: [quantise.inputs[0]!], quantised: new Map() };
  throw fail(
    `expected DynamicQuantizeLinear or QuantizeLinear to make its first input, found ${quantise?.opType ?? "no node"}`,
  );
}

/**
 * Follows whole sums through Cast to the Mul that gives it its scale: Mul(Cast(product), s) with s
 * the weight's scale times the input's, as onnxruntime's quantiser writes it, or with two Muls one behind the other.
 */
function scaledProduct(graph: OnnxGraph, product: string, fail: Fail): { scale: string; output: string } {
  const cast = onlyReader(graph, product);
  if (!isOperator(cast, "Cast"))
    throw fail(`expected Cast behind it, found ${cast?.opType ?? "several readers"}`);
  let current = cast.outputs[0]!;
  let scale: string | undefined;
  for (let muls = 0; muls < 2; muls++) {
    const mul = onlyReader(graph, current);
    if (!isOperator(mul, "Mul")) break;
    const other = mul.inputs.find((input) => input !== current);
    if (other === undefined) break;
    const factor = scaleOf(graph, other);
    if (factor === undefined && !isInputScale(graph, other)) break;
    if (factor !== undefined && scale !== undefined)
      throw fail("expected one scale of the weight, found two");
    scale ??= factor;
    current = mul.outputs[0]!;
  }
  if (scale === undefined) throw fail("expected Mul by the weight's scale behind its Cast, found none");
  return { scale, output: current };
}

/** The initializer that is the weight's scale: the factor itself, or its constant part beside the input's scale. */
function scaleOf(graph: OnnxGraph, factor: string): string | undefined {
  if (graph.initializers.has(factor)) return factor;
  const mul = producer(graph, factor);
  if (!isOperator(mul, "Mul")) return undefined;
  const [constant, ...more] = mul.inputs.filter((input) => graph.initializers.has(input));
  const other = mul.inputs.find((input) => input !== constant);
  return more.length === 0 && other !== undefined && isInputScale(graph, other) ? constant : undefined;
}

/** True for the scale that DynamicQuantizeLinear makes. */
function isInputScale(graph: OnnxGraph, name: string): boolean {
  const node = producer(graph, name);
  return isOperator(node, "DynamicQuantizeLinear") && node.outputs[1] === name;
}

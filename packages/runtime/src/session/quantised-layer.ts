import { DATA_TYPE, type NewNode, type OnnxNode } from "@banana-peel/onnx";
import type { OpenTarget } from "../base/check-target.js";
import type { OpenGraph } from "../base/open-graph.js";
import { castNode } from "./branch-nodes.js";

/** Version of ONNX's operators from which DequantizeLinear takes a scale for each index of an axis. */
const DEQUANTISES_BY_AXIS = 13;

/** Inputs of the operators with a quantised output, by what they are. */
const PLACES = {
  QLinearMatMul: { outputScale: 6, bias: undefined },
  QLinearConv: { outputScale: 6, bias: 8 },
  QGemm: { outputScale: 7, bias: 6 },
} as const;

/**
 * A layer with a quantised output, in floats: DequantizeLinear of its input, weight and bias, the float operator, and
 * QuantizeLinear of its sum with a change. So the change is added before the output's grid rounds and clips, which may
 * stand for Relu; added to the quantised output, a change of what Relu cut off would come back.
 * @param change the tensor to be added
 * @returns nodes that stand before the old one, between which the branch fits, and the one that takes its place
 */
export function floatLayer(
  { traced, target, weight, scale }: OpenTarget,
  node: OnnxNode,
  change: string,
  { model }: OpenGraph,
): { before: NewNode[]; after: NewNode; sum: NewNode } {
  const { operator } = traced;
  const part = (name: string) => `banana-peel/${target.path}/${name}`;
  const [x, xScale, xZero, w, wScale, wZero] = node.inputs as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const places = PLACES[operator as keyof typeof PLACES];
  const bias = places.bias === undefined ? undefined : node.inputs[places.bias];
  const before: NewNode[] = [
    {
      name: part("float-x"),
      opType: "DequantizeLinear",
      inputs: given(x, xScale, xZero),
      outputs: [part("x")],
    },
    ...((model.opsets.get("") ?? 0) >= DEQUANTISES_BY_AXIS
      ? [
          {
            name: part("float-w"),
            opType: "DequantizeLinear",
            inputs: given(w, wScale, wZero),
            outputs: [part("w")],
            ints: { axis: traced.axis },
          },
        ]
      : oldWeight(part, [w, wScale, wZero], scale?.count === 1 ? 0 : weight.dims.length - traced.axis - 1)),
  ];
  // onnxruntime keeps such a bias in int32, in units of both scales together.
  if (bias)
    before.push(
      { name: part("bias-scale"), opType: "Mul", inputs: [wScale, xScale], outputs: [part("bias-scale")] },
      { name: part("bias-cast"), ...castNode(bias, DATA_TYPE.float), outputs: [part("bias-sums")] },
      {
        name: part("float-bias"),
        opType: "Mul",
        inputs: [part("bias-sums"), part("bias-scale")],
        outputs: [part("bias")],
      },
    );
  before.push({
    name: part("float"),
    ...floatOperator(operator, node),
    inputs: [part("x"), part("w"), ...(bias ? [part("bias")] : [])],
    outputs: [part("base")],
  });
  const [yScale, yZero] = node.inputs.slice(places.outputScale) as [string, string?];
  return {
    before,
    sum: { name: part("add"), opType: "Add", inputs: [part("base"), change], outputs: [part("sum")] },
    after: {
      name: node.name,
      opType: "QuantizeLinear",
      inputs: given(part("sum"), yScale, yZero),
      outputs: node.outputs,
    },
  };
}

/**
 * (w - zero point) * scale in the operators of before.
 * @param behind number of the weight's axes behind that of the scales
 */
function oldWeight(
  part: (name: string) => string,
  [w, scale, zeroPoint]: readonly [string, string, string?],
  behind: number,
): NewNode[] {
  const axes = Array.from({ length: behind }, (_, i) => i + 1);
  const along = (name: string, value: string): NewNode[] =>
    behind === 0
      ? []
      : [
          {
            name: part(name),
            opType: "Unsqueeze",
            inputs: [value],
            outputs: [part(name)],
            lists: { axes },
          },
        ];
  const turned = (name: string, value: string) => (behind === 0 ? value : part(name));
  const whole = part("w-whole");
  const nodes: NewNode[] = [{ name: whole, ...castNode(w, DATA_TYPE.float), outputs: [whole] }];
  const centred = zeroPoint ? part("w-centred") : whole;
  if (zeroPoint)
    nodes.push(
      { name: part("w-zero"), ...castNode(zeroPoint, DATA_TYPE.float), outputs: [part("w-zero")] },
      ...along("w-zero-along", part("w-zero")),
      {
        name: centred,
        opType: "Sub",
        inputs: [whole, turned("w-zero-along", part("w-zero"))],
        outputs: [centred],
      },
    );
  return [
    ...nodes,
    ...along("w-scale-along", scale),
    {
      name: part("float-w"),
      opType: "Mul",
      inputs: [centred, turned("w-scale-along", scale)],
      outputs: [part("w")],
    },
  ];
}

function given(value: string, scale: string, zeroPoint: string | undefined): string[] {
  return zeroPoint ? [value, scale, zeroPoint] : [value, scale];
}

/** The float operator of a quantised one, with its attributes. */
function floatOperator(operator: string, { ints, lists, texts }: OnnxNode) {
  const attributes = {
    ints: Object.fromEntries(ints),
    lists: Object.fromEntries(lists),
    texts: Object.fromEntries(texts),
  };
  if (operator === "QLinearConv") return { opType: "Conv", ...attributes };
  return operator === "QGemm"
    ? { opType: "Gemm", ints: { transB: ints.get("transB") ?? 0 } }
    : { opType: "MatMul" };
}

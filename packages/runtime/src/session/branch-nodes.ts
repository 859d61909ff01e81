import { DATA_TYPE, type NewInput, type OnnxNode, type QuantisedValue } from "@banana-peel/onnx";
import type { OpenTarget } from "../base/check-target.js";

/** Attributes that say where a convolution looks; the kernel's size is the weight's own. */
const LISTS = ["strides", "pads", "dilations", "output_padding", "output_shape"];

/**
 * A and B of a target as inputs of a session: [K,R] and [R,N]; of a convolution [groups R, channels / groups, kernel]
 * ([channels, R, kernel] of ConvTranspose) and [N, R, 1, ...].
 */
export function branchInputs(
  { target: { k, n }, traced: { convolution, kind } }: OpenTarget,
  a: { name: string; rank: string },
  b: { name: string; rank: string },
): NewInput[] {
  const dims = (): [(number | string)[], (number | string)[]] => {
    if (convolution === undefined)
      return [
        [k, a.rank],
        [b.rank, n],
      ];
    const { kernel, groups, channels } = convolution;
    const ones = kernel.map(() => 1);
    const own = groups === 1 ? a.rank : `${a.rank}/groups`;
    return [
      kind === "conv-transpose" ? [channels, a.rank, ...kernel] : [own, channels / groups, ...kernel],
      [n, b.rank, ...ones],
    ];
  };
  const [dimsA, dimsB] = dims();
  return [
    { name: a.name, dataType: DATA_TYPE.float, dims: dimsA },
    { name: b.name, dataType: DATA_TYPE.float, dims: dimsB },
  ];
}

/** The first product of a branch, in float32: x A, a convolution as the layer's own `node`, or rows of A. */
export function downNode({ traced }: OpenTarget, node: OnnxNode | undefined, from: string, a: string) {
  const { kind, convolution } = traced;
  if (kind === "gather") return { opType: "Gather", inputs: [a, from] };
  if (convolution === undefined) return { opType: "MatMul", inputs: [from, a] };
  const { kernel, groups } = convolution;
  const padding = node!.texts.get("auto_pad");
  const lists = Object.fromEntries(
    LISTS.flatMap((name) => (node!.lists.has(name) ? [[name, node!.lists.get(name)!]] : [])),
  );
  return {
    opType: kind === "conv-transpose" ? "ConvTranspose" : "Conv",
    inputs: [from, a],
    ints: { group: groups },
    lists: { ...lists, kernel_shape: kernel },
    ...(padding !== undefined && { texts: { auto_pad: padding } }),
  };
}

/** The second product of a branch: times B, of a convolution at every position by itself. */
export function upProduct({ traced: { convolution } }: OpenTarget, low: string, b: string) {
  if (convolution === undefined) return { opType: "MatMul", inputs: [low, b] };
  const { kernel, groups } = convolution;
  return {
    opType: "Conv",
    inputs: [low, b],
    ints: { group: groups },
    lists: { kernel_shape: kernel.map(() => 1) },
  };
}

/** A tensor in another type: TensorProto.DataType. */
export function castNode(value: string, to: number) {
  return { opType: "Cast", inputs: [value], ints: { to } };
}

/** DequantizeLinear of a tensor. */
export function dequantiseNode(value: string, { scale, zeroPoint }: QuantisedValue) {
  return { opType: "DequantizeLinear", inputs: [value, scale, ...(zeroPoint ? [zeroPoint] : [])] };
}

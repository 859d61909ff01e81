import { isBananaError, type Target } from "@banana-peel/format";
import {
  DATA_TYPE,
  dataTypeName,
  type OnnxGraph,
  type OnnxTensor,
  type TracedTarget,
  traceTarget,
} from "@banana-peel/onnx";
import { baseInvalid } from "./invalid.js";
import { expectedParts, type Part } from "./target-parts.js";

/** A target of the card, found in its graph. */
export interface OpenTarget {
  readonly target: Target;
  readonly traced: TracedTarget;
  readonly weight: OnnxTensor;
  /** Undefined for the form float. */
  readonly scale: OnnxTensor | undefined;
  readonly zeroPoint: OnnxTensor | undefined;
  /** Index of the node that makes `target.output`. */
  readonly outputNode: number;
  /** TensorProto.DataType of the layer's input and output. */
  readonly valueType: number;
}

/**
 * Finds a target in its graph and checks that the card tells the truth about it: node, weight, shapes, scheme, and
 * the tensors between which an adapter's branch runs. Specification: docs/specification/base.md, Targets.
 * @throws BananaError BASE_INVALID, with the target as `where` and both sides in the message
 */
export function checkTarget(graph: OnnxGraph, target: Target): OpenTarget {
  const traced = trace(graph, target);
  const { scheme, k, n } = target;
  same(target, "operator", target.operator, traced.operator);
  same(target, "scheme.form", scheme.form, traced.form);
  same(target, "layout", target.layout, traced.layout);
  same(target, "weight", target.weight, traced.weight);
  same(target, "scheme.scale", scheme.scale ?? "none", traced.scale ?? "none");
  same(target, "scheme.zeroPoint", scheme.zeroPoint ?? "none", traced.zeroPoint ?? "none");
  const blockSize = scheme.granularity === "block" ? (scheme.blockSize ?? "none") : "none";
  same(target, "scheme.blockSize", blockSize, traced.blockSize ?? "none");
  if (scheme.granularity !== "tensor") same(target, "scheme.axis", scheme.axis ?? "none", traced.axis);
  checkConvolution(target, traced);
  if (traced.attributes !== undefined) {
    same(target, "k", k, traced.attributes.k);
    same(target, "n", n, traced.attributes.n);
    same(target, "scheme.bits", scheme.bits, traced.attributes.bits);
  }

  const expected = expectedParts(target);
  const weight = tensor(graph, target, target.weight, expected.weight);
  const scale = scheme.scale === undefined ? undefined : tensor(graph, target, scheme.scale, expected.scale);
  const zeroPoint =
    scheme.zeroPoint === undefined ? undefined : tensor(graph, target, scheme.zeroPoint, expected.zeroPoint);

  if (!traced.inputs.includes(target.input))
    throw disagree(target, "input", target.input, traced.inputs.join(" or "));
  if (!traced.outputs.includes(target.output))
    throw disagree(target, "output", target.output, traced.outputs.join(" or "));
  const valueType = valueTypeOf(target, weight, scale);
  for (const [name, size] of endsOf(target, traced))
    if (!traced.quantised.has(name)) checkValue(graph, target, name, size, valueType);
  const outputNode = graph.producers.get(target.output)!;
  return { target, traced, weight, scale, zeroPoint, outputNode, valueType };
}

/** Integer forms give float32; of the others, values are of the type of the scales, or of the weights. */
function valueTypeOf({ scheme }: Target, weight: OnnxTensor, scale: OnnxTensor | undefined): number {
  if (scheme.form === "integer" || scheme.form === "qlinear") return DATA_TYPE.float;
  return scale?.dataType ?? weight.dataType;
}

/** The tensors that the branch runs between, with their size along the axis of features; none for indices. */
function endsOf({ input, output, k, n }: Target, { kind, convolution }: TracedTarget) {
  const from = kind === "gather" ? [] : [[input, convolution?.channels ?? k] as const];
  return [...from, [output, n] as const];
}

function checkConvolution(target: Target, { convolution }: TracedTarget): void {
  const kernel = convolution === undefined ? "none" : `[${convolution.kernel.join(",")}]`;
  same(target, "kernel", target.kernel === undefined ? "none" : `[${target.kernel.join(",")}]`, kernel);
  if (convolution === undefined) return;
  const { groups, channels } = convolution;
  same(target, "groups", target.groups ?? 1, groups);
  const k = convolution.kernel.reduce((product, size) => product * size, channels / groups);
  same(target, "k", target.k, k);
}

function trace(graph: OnnxGraph, target: Target): TracedTarget {
  try {
    return traceTarget(graph, target.node);
  } catch (cause) {
    if (!isBananaError(cause)) throw cause;
    throw baseInvalid(target.path, `node ${target.node} of graph ${target.graph}: ${cause.message}`, cause);
  }
}

function tensor(graph: OnnxGraph, target: Target, name: string, parts: readonly Part[]): OnnxTensor {
  const found = graph.initializers.get(name);
  const show = (type: number, dims: readonly number[]) => `${dataTypeName(type)} [${dims.join(",")}]`;
  const expected = parts.map(({ dataType, dims }) => show(dataType, dims)).join(" or ");
  if (found === undefined)
    throw baseInvalid(target.path, `expected the initializer ${name} ${expected}, found none`);
  const fits = parts.some(
    ({ dataType, dims }) =>
      dataType === found.dataType &&
      dims.length === found.dims.length &&
      dims.every((dim, i) => dim === found.dims[i]),
  );
  if (!fits)
    throw baseInvalid(
      target.path,
      `expected ${name} to be ${expected} by the card, found ${show(found.dataType, found.dims)} in the graph`,
    );
  return found;
}

/** Where the graph states the type of the branch's ends, they must be of `type` and as wide as the card says. */
function checkValue(graph: OnnxGraph, target: Target, name: string, size: number, type: number): void {
  const value = graph.values.get(name);
  if (value?.dataType !== undefined && value.dataType !== type)
    throw disagree(target, name, dataTypeName(type), dataTypeName(value.dataType));
  const wide = target.kernel === undefined ? value?.dims?.at(-1) : value?.dims?.[1];
  const shown = target.kernel === undefined ? `[...,${size}]` : `[batch,${size},...]`;
  if (typeof wide === "number" && wide !== size)
    throw disagree(target, name, shown, `[${value?.dims?.map((dim) => dim ?? "?").join(",")}]`);
}

function same(target: Target, field: string, card: string | number, graph: string | number): void {
  if (card !== graph) throw disagree(target, field, card, graph);
}

function disagree(target: Target, field: string, card: string | number, graph: string | number) {
  return baseInvalid(target.path, `expected ${field} ${card} by the card, found ${graph} in the graph`);
}

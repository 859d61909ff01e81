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

/** A target of the card, found in its graph. */
export interface OpenTarget {
  readonly target: Target;
  readonly weight: OnnxTensor;
  readonly scale: OnnxTensor;
  readonly zeroPoint: OnnxTensor | undefined;
  /** Index of the node that makes `target.output`. */
  readonly outputNode: number;
}

/**
 * Finds a target in its graph and checks that the card tells the truth about it: node, weight, shapes, scheme, and
 * the tensors between which an adapter's branch runs. Specification: docs/specification/base.md, Targets.
 * @throws BananaError BASE_INVALID, with the target as `where` and both sides in the message
 */
export function checkTarget(graph: OnnxGraph, target: Target): OpenTarget {
  const traced = trace(graph, target);
  const { scheme, k, n } = target;
  same(target, "weight", target.weight, traced.weight);
  same(target, "scheme.scale", scheme.scale, traced.scale);
  same(target, "scheme.zeroPoint", scheme.zeroPoint ?? "none", traced.zeroPoint ?? "none");
  if (scheme.granularity === "channel") same(target, "scheme.axis", scheme.axis ?? "none", traced.axis);

  const type = scheme.signed ? DATA_TYPE.int8 : DATA_TYPE.uint8;
  const weight = tensor(graph, target, target.weight, type, [[k, n]]);
  const groups: number[][] = scheme.granularity === "tensor" ? [[], [1]] : [[scheme.axis === 0 ? k : n]];
  const scale = tensor(graph, target, scheme.scale, DATA_TYPE.float, groups);
  const zeroPoint =
    scheme.zeroPoint === undefined ? undefined : tensor(graph, target, scheme.zeroPoint, type, groups);

  if (!traced.inputs.includes(target.input))
    throw disagree(target, "input", target.input, traced.inputs.join(" or "));
  if (!traced.outputs.includes(target.output))
    throw disagree(target, "output", target.output, traced.outputs.join(" or "));
  for (const [name, size] of [[target.input, k] as const, [target.output, n] as const])
    checkValue(graph, target, name, size);
  return { target, weight, scale, zeroPoint, outputNode: graph.producers.get(target.output)! };
}

function trace(graph: OnnxGraph, target: Target): TracedTarget {
  try {
    return traceTarget(graph, target.node);
  } catch (cause) {
    if (!isBananaError(cause)) throw cause;
    throw baseInvalid(target.path, `node ${target.node} of graph ${target.graph}: ${cause.message}`, cause);
  }
}

function tensor(
  graph: OnnxGraph,
  target: Target,
  name: string,
  dataType: number,
  shapes: readonly (readonly number[])[],
): OnnxTensor {
  const found = graph.initializers.get(name);
  const show = (type: number, dims: readonly number[]) => `${dataTypeName(type)} [${dims.join(",")}]`;
  const expected = shapes.map((dims) => show(dataType, dims)).join(" or ");
  if (found === undefined)
    throw baseInvalid(target.path, `expected the initializer ${name} ${expected}, found none`);
  const fits = shapes.some(
    (dims) => dims.length === found.dims.length && dims.every((dim, i) => dim === found.dims[i]),
  );
  if (!fits || found.dataType !== dataType)
    throw baseInvalid(
      target.path,
      `expected ${name} to be ${expected} by the card, found ${show(found.dataType, found.dims)} in the graph`,
    );
  return found;
}

/** Where the graph states the type of the branch's ends, they must be float32 and as wide as the card says. */
function checkValue(graph: OnnxGraph, target: Target, name: string, size: number): void {
  const value = graph.values.get(name);
  if (value?.dataType !== undefined && value.dataType !== DATA_TYPE.float)
    throw disagree(target, name, "float32", dataTypeName(value.dataType));
  const last = value?.dims?.at(-1);
  if (typeof last === "number" && last !== size)
    throw disagree(target, name, `[...,${size}]`, `[${value?.dims?.map((dim) => dim ?? "?").join(",")}]`);
}

function same(target: Target, field: string, card: string | number, graph: string | number): void {
  if (card !== graph) throw disagree(target, field, card, graph);
}

function disagree(target: Target, field: string, card: string | number, graph: string | number) {
  return baseInvalid(target.path, `expected ${field} ${card} by the card, found ${graph} in the graph`);
}

import type { OnnxNode } from "../model/types.js";

/** A module path as the base card takes it. */
const PATH = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

/** What quantisers put behind the name of a node that they replace. */
const NODE_SUFFIX = /(_matmul)?_(Q[248]|quant|QDQ|DQ_Q[248])$/;

/** What onnxruntime's quantiser puts behind the name of a Gemm that it makes a MatMul and an Add of. */
const FROM_GEMM = /_MatMul$/;

/** What quantisers put behind the name of a weight. */
const QUANTISED = /(_DQ)?_(Q[248]|quantized)$/;

/** Names of a weight within its module; `.MatMul` and the like before them are onnxruntime-genai's. */
const WEIGHT = /(\.(MatMul|MatMulNBits|Gemm|Conv))?\.(weight(_q)?|qweight|B)$/;
const BIAS = /(\.(MatMul|Add|Gemm|Conv))?\.bias$/;

/** The module path that PyTorch's dynamo exporter noted for a node: the innermost module around the operation. */
export function scopePath({ scopes }: Pick<OnnxNode, "scopes">): string | undefined {
  return valid(scopes?.at(-2));
}

/**
 * The module path in the name of a node, as PyTorch's TorchScript exporter and onnxruntime-genai write it:
 * `/encoder/layer.0/attention/self/query/MatMul`, perhaps with the suffix of a quantiser. Undefined for names without a
 * path; those of the dynamo exporter (`node_linear_2`) have none.
 */
export function nodePath({ name, opType }: Pick<OnnxNode, "name" | "opType">): string | undefined {
  if (!name.startsWith("/")) return undefined;
  const parts = name.slice(1).replace(NODE_SUFFIX, "").split("/");
  const last = parts.pop() ?? "";
  if (!isOperation(last, opType)) return undefined;
  return valid(parts.join("."));
}

/** The names that a node may have had before a quantiser replaced it. */
export function namesBefore(name: string): string[] {
  const plain = name.replace(NODE_SUFFIX, "");
  return [...new Set([plain, plain.replace(FROM_GEMM, "")])];
}

/** The module path in the name of a weight: `encoder.layer.0.output.dense.weight_Q4`. Undefined for `onnx::MatMul_712`. */
export function weightPath(name: string): string | undefined {
  return without(name.replace(QUANTISED, ""), WEIGHT);
}

/** The module path in the name of a bias: `encoder.layer.0.output.dense.bias`. */
export function biasPath(name: string): string | undefined {
  return without(name.replace(QUANTISED, ""), BIAS);
}

function without(name: string, end: RegExp): string | undefined {
  const path = name.replace(end, "");
  return path === name ? undefined : valid(path);
}

/** True for the operator's own name, perhaps with a number: a name that ends in anything else is no layer's. */
function isOperation(part: string, opType: string): boolean {
  const word = part.replace(/_\d+$/, "");
  return ["MatMul", "Gemm", "Conv", "ConvTranspose", "Gather", "MatMulNBits", opType].includes(word);
}

function valid(path: string | undefined): string | undefined {
  return path !== undefined && path.length <= 512 && PATH.test(path) ? path : undefined;
}

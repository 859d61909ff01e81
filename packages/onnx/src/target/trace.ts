import { BananaError } from "@banana-peel/format";
import type { OnnxGraph, OnnxNode } from "../model/types.js";
import { traceIntegers } from "./integers.js";
import { traceMatMul } from "./mat-mul.js";
import { traceNBits } from "./nbits.js";
import type { TracedTarget, Tracer } from "./types.js";

const TRACERS = new Map<string, Tracer>([
  ["MatMul", traceMatMul],
  ["Gemm", traceMatMul],
  ["com.microsoft MatMulNBits", traceNBits],
  ["MatMulInteger", traceIntegers],
  ["com.microsoft DynamicQuantizeMatMul", traceIntegers],
  ["com.microsoft MatMulIntegerToFloat", traceIntegers],
]);

/** Why an operator that consumes weights can't be a target. */
const REFUSED = new Map<string, string>([
  ["com.microsoft MatMulBnb4", "its FP4 and NF4 values lie on no grid of whole numbers"],
  ["QLinearMatMul", "its output is quantised: an update would have to be rounded to the output's scale"],
  ["com.microsoft QGemm", "its bias is stored in units of the product of input and weight scales"],
  ["QLinearConv", "convolutions are not read yet"],
  ["ConvInteger", "convolutions are not read yet"],
  ["Conv", "convolutions are not read yet"],
  ["ConvTranspose", "convolutions are not read yet"],
  ["com.microsoft GatherBlockQuantized", "embeddings are not read yet"],
]);

/**
 * Finds what a node of the graph multiplies with and where an adapter's branch may start and end.
 * @throws BananaError ONNX_UNSUPPORTED when the node is missing, ambiguous or of a form that isn't read, or when its
 *   weight is used elsewhere too
 */
export function traceTarget(graph: OnnxGraph, nodeName: string): TracedTarget {
  const fail = (message: string) =>
    new BananaError("ONNX_UNSUPPORTED", message, {
      where: nodeName,
      hint: "Name another node on the card, or quantise the model to a form that docs/specification/base.md lists.",
    });
  const indices = graph.named.get(nodeName) ?? [];
  if (indices.length !== 1) throw fail(`expected one node of that name, found ${indices.length}`);
  const index = indices[0]!;
  const node = graph.nodes[index]!;
  const operator = operatorOf(node);
  const tracer = TRACERS.get(operator);
  if (tracer !== undefined) return tracer({ graph, node, index, fail });
  const reason = REFUSED.get(operator);
  throw fail(
    `expected one of the operators ${[...TRACERS.keys()].join(", ")}, found ${operator}${reason === undefined ? "" : `: ${reason}`}`,
  );
}

function operatorOf({ domain, opType }: OnnxNode): string {
  return domain === "" || domain === "ai.onnx" ? opType : `${domain} ${opType}`;
}

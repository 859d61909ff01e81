import { BananaError } from "@banana-peel/format";
import type { OnnxGraph, OnnxNode } from "../model/types.js";
import { traceConv } from "./conv.js";
import { traceGather, traceGatherBlock } from "./gather.js";
import { traceIntegers } from "./integers.js";
import { traceMatMul } from "./mat-mul.js";
import { traceNBits } from "./nbits.js";
import { traceQLinear } from "./qlinear.js";
import type { TracedTarget, Tracer } from "./types.js";

const TRACERS = new Map<string, Tracer>([
  ["MatMul", traceMatMul],
  ["Gemm", traceMatMul],
  ["com.microsoft MatMulNBits", traceNBits],
  ["MatMulInteger", traceIntegers],
  ["com.microsoft DynamicQuantizeMatMul", traceIntegers],
  ["com.microsoft MatMulIntegerToFloat", traceIntegers],
  ["QLinearMatMul", traceQLinear],
  ["com.microsoft QGemm", traceQLinear],
  ["Conv", traceConv],
  ["ConvTranspose", traceConv],
  ["ConvInteger", traceIntegers],
  ["QLinearConv", traceQLinear],
  ["Gather", traceGather],
  ["com.microsoft GatherBlockQuantized", traceGatherBlock],
]);

const FUSED_QKV = "its weight holds q, k and v side by side, and nothing says which rows are whose";
const FUSED =
  "onnxruntime's optimiser fused it; use the model as it was before, which is optimised when it is opened";

/** Why an operator that consumes weights can't be a target. */
const REFUSED = new Map<string, string>([
  ["com.microsoft MatMulBnb4", "its FP4 and NF4 values lie on no grid of whole numbers"],
  ["com.microsoft MatMulFpQ4", "its values are blobs of a format of its own"],
  ["com.microsoft Attention", FUSED_QKV],
  ["com.microsoft QAttention", FUSED_QKV],
  ["com.microsoft QOrderedAttention", FUSED_QKV],
  ["com.microsoft DecoderMaskedSelfAttention", FUSED_QKV],
  ["com.microsoft MoE", "it holds the weights of many experts in one tensor"],
  ["com.microsoft QMoE", "it holds the weights of many experts in one tensor"],
  ["com.microsoft FusedMatMul", FUSED],
  ["com.microsoft FusedGemm", FUSED],
  ["com.microsoft FusedConv", FUSED],
  ["com.microsoft NhwcFusedConv", FUSED],
  ["com.microsoft.nchwc Conv", FUSED],
  ["com.ms.internal.nhwc QLinearConv", FUSED],
  ["com.microsoft EmbedLayerNormalization", "it adds several embeddings and a normalisation in one operator"],
  ["LSTM", "its gates share one weight"],
  ["GRU", "its gates share one weight"],
  ["RNN", "it holds input and recurrent weights of its own order"],
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

import type { OnnxGraph, OnnxNode, OnnxTensor } from "../model/types.js";
import { producer } from "../target/graph.js";

/** Operators between a stored weight and the layer that multiplies with it. */
const BETWEEN = new Set(["DequantizeLinear", "Transpose", "Cast", "Reshape", "Identity", "QuantizeLinear"]);

/** Longest chain of such operators that is followed: every layer may stand at the end of one. */
const MOST_BETWEEN = 16;

/** Operators that multiply with weights, of any domain, whether they can be targets or not. */
const LAYERS =
  /^(MatMul(Integer|NBits|Bnb4|FpQ4|IntegerToFloat)?|DynamicQuantizeMatMul|Gemm|QGemm|QLinearMatMul|FusedMatMul|FusedGemm|Conv(Transpose|Integer)?|QLinearConv|FusedConv|NhwcFusedConv|Gather(BlockQuantized)?|Attention|QAttention|QOrderedAttention|DecoderMaskedSelfAttention|MoE|QMoE|LSTM|GRU|RNN|EmbedLayerNormalization)$/;

/** Whether a node multiplies with weights, or looks rows up in them. */
export function isLayer({ opType }: Pick<OnnxNode, "opType">): boolean {
  return LAYERS.test(opType);
}

/** The initializer of two or more axes that a layer multiplies with; undefined for other nodes. */
export function weightOf(graph: OnnxGraph, node: OnnxNode): OnnxTensor | undefined {
  if (!isLayer(node)) return undefined;
  // A Gather's table is its first input, and of a MatMul either may be the weight.
  for (const input of node.inputs) {
    const tensor = storedFor(graph, input);
    if (tensor !== undefined && tensor.dims.length >= 2) return tensor;
  }
  return undefined;
}

function storedFor(graph: OnnxGraph, name: string): OnnxTensor | undefined {
  return graph.initializers.get(sourceOf(name, (each) => producer(graph, each)));
}

/** The tensor that an input of a layer is made from, through operators that leave its numbers as they are. */
export function sourceOf(name: string, maker: (name: string) => OnnxNode | undefined): string {
  let current = name;
  for (let steps = 0; steps < MOST_BETWEEN; steps++) {
    const node = current === "" ? undefined : maker(current);
    if (node === undefined || !BETWEEN.has(node.opType)) break;
    current = node.inputs[0] ?? "";
  }
  return current;
}

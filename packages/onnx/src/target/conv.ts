import { checkChannelAxis, convolutionOf } from "./convolution.js";
import { inputsOf, outputsOf } from "./ends.js";
import { storedWeight } from "./stored-weight.js";
import type { Tracer } from "./types.js";

/** Conv and ConvTranspose of a weight behind DequantizeLinear, or in floating-point numbers; form qdq or float. */
export const traceConv: Tracer = ({ graph, node, index, fail }) => {
  const transposed = node.opType === "ConvTranspose";
  const [input, second] = node.inputs;
  if (!input || !second) throw fail(`expected a ${node.opType} of input and weight, found fewer`);
  const { tensor, dequantise, ...stored } = storedWeight(graph, second, fail);
  const convolution = convolutionOf(node, tensor, transposed, fail);
  const wanted = transposed ? 1 : 0;
  const single = stored.scale === undefined || graph.initializers.get(stored.scale)?.count === 1;
  checkChannelAxis(single ? wanted : stored.axis, wanted, stored.blockSize, fail);
  return {
    node: index,
    operator: node.opType,
    kind: transposed ? "conv-transpose" : "conv",
    layout: transposed ? "cns" : "nk",
    convolution,
    ...stored,
    axis: wanted,
    reader: dequantise ?? index,
    inputs: inputsOf(graph, input),
    outputs: outputsOf(graph, node.outputs[0]!),
    quantised: new Map(),
  };
};

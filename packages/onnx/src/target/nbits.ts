import { inputsOf, outputsOf } from "./ends.js";
import { ownWeight } from "./own.js";
import type { Tracer } from "./types.js";

/** Inputs of MatMulNBits (com.microsoft; onnxruntime docs/ContribOperators.md). */
const INPUT = { a: 0, b: 1, scales: 2, zeroPoints: 3, groupIndex: 4 } as const;

/** Largest block: as many values as K has at most (schemas/base.schema.json). */
const MOST = 2 ** 20;

/** MatMulNBits: a weight of 2, 4 or 8 bits in blocks along K. */
export const traceNBits: Tracer = ({ graph, node, index, fail }) => {
  const attribute = (name: string): number => {
    const value = node.ints.get(name);
    if (value === undefined || value < 1)
      throw fail(`expected ${name} of at least 1, found ${value ?? "none"}`);
    return value;
  };
  // The operator's default of 4 bits is as old as the operator; later versions of it state them.
  const bits = node.ints.get("bits") ?? 4;
  if (bits !== 2 && bits !== 4 && bits !== 8) throw fail(`expected 2, 4 or 8 bits, found ${bits}`);
  const blockSize = attribute("block_size");
  if (blockSize < 16 || blockSize > MOST || (blockSize & (blockSize - 1)) !== 0)
    throw fail(
      `expected a block_size that is a power of two of at least 16 and at most ${MOST}, found ${blockSize}`,
    );
  if (node.inputs[INPUT.groupIndex])
    throw fail("expected blocks in the order of K, found g_idx, which puts them in another");
  const weight = ownWeight(graph, node.inputs[INPUT.b], fail);
  const scale = node.inputs[INPUT.scales];
  if (!scale) throw fail("expected scales, found none");
  return {
    node: index,
    operator: node.opType,
    kind: "linear",
    form: "matmulnbits",
    layout: "nk",
    weight: weight.name,
    scale,
    zeroPoint: node.inputs[INPUT.zeroPoints] || undefined,
    axis: 1,
    blockSize,
    reader: index,
    attributes: { k: attribute("K"), n: attribute("N"), bits },
    inputs: inputsOf(graph, node.inputs[INPUT.a]!),
    outputs: outputsOf(graph, node.outputs[0]!),
    quantised: new Map(),
  };
};

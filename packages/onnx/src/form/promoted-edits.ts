import type { ModelEdits, NewInitializer, NewNode } from "../edit/types.js";
import { DATA_TYPE } from "../model/data-type.js";
import { fromFloats } from "../model/floats.js";
import type { OnnxGraph } from "../model/types.js";
import type { TracedTarget } from "../target/types.js";
import { PROMOTED_BLOCK, type Promoted } from "./promote.js";
import { transpose } from "./transpose.js";

/** What a promoted target changes in its model: one node, and the initializers that it now reads. */
export interface PromotedEdits {
  readonly initializers: readonly NewInitializer[];
  readonly replacedNodes: NonNullable<ModelEdits["replacedNodes"]>;
  /** What the node alone read before. */
  readonly removedInitializers: ReadonlySet<string>;
}

/**
 * Puts the 8-bit form of a target in the place of its node: MatMulNBits or GatherBlockQuantized of 8 bits, or
 * DequantizeLinear of int8 blocks. The base's own weight leaves the model, so that it takes no memory.
 * @param name starts the names of the new initializers
 * @param scaleType TensorProto.DataType of the scales
 */
export function promotedEdits(
  graph: OnnxGraph,
  traced: TracedTarget,
  promoted: Promoted,
  scaleType: number,
  name: string,
): PromotedEdits {
  if (traced.form === "gatherblock") return gatherEdits(graph, traced, promoted, scaleType, name);
  const { n, scales } = promoted;
  const blocks = Math.ceil(promoted.k / PROMOTED_BLOCK);
  const turned = traced.layout === "nk";
  const dataType = scaleType;
  const ordered = turned ? transpose(scales, blocks, n) : scales;
  const scale = {
    name: `${name}/scale`,
    dataType,
    dims: turned ? [n, blocks] : [blocks, n],
    bytes: fromFloats(ordered, dataType, name),
  };
  const weight = {
    name: `${name}/weight`,
    ...(traced.form === "matmulnbits" ? packed : plain)(promoted, turned),
  };
  // With x64quantprecision, onnxruntime gives an int8 weight without zero points one for all, which blocks don't take.
  const zeroPoint = {
    name: `${name}/zero-point`,
    dataType: DATA_TYPE.int8,
    dims: scale.dims,
    bytes: new Uint8Array(scales.length),
  };
  const nbits = traced.form === "matmulnbits";
  const old = graph.nodes[traced.reader]!;
  const ints: Record<string, number> = Object.fromEntries(old.ints);
  const node: NewNode = {
    name: old.name,
    opType: old.opType,
    domain: old.domain,
    inputs: nbits
      ? [old.inputs[0]!, weight.name, scale.name, ...withoutZeroPoints(old.inputs)]
      : [weight.name, scale.name, zeroPoint.name],
    outputs: old.outputs,
    ints: nbits ? { ...ints, bits: 8, block_size: PROMOTED_BLOCK } : { ...ints, block_size: PROMOTED_BLOCK },
  };
  return {
    initializers: [weight, scale, ...(nbits ? [] : [zeroPoint])],
    replacedNodes: new Map([[traced.reader, node]]),
    removedInitializers: readByTargetOnly(graph, traced),
  };
}

function readByTargetOnly(graph: OnnxGraph, { weight, scale, zeroPoint }: TracedTarget): Set<string> {
  const removed = [weight, scale, zeroPoint].filter(
    (each) => each !== undefined && graph.initializers.has(each) && graph.consumers.get(each)?.length === 1,
  );
  return new Set(removed as string[]);
}

/** GatherBlockQuantized of bytes around 128, in blocks along the rows of the table. */
function gatherEdits(
  graph: OnnxGraph,
  traced: TracedTarget,
  { k, n, values, scales }: Promoted,
  dataType: number,
  name: string,
): PromotedEdits {
  const old = graph.nodes[traced.reader]!;
  const weight = {
    name: `${name}/weight`,
    dataType: DATA_TYPE.uint8,
    dims: [k, n],
    bytes: Uint8Array.from(values, (value) => value + 128),
  };
  const scale = {
    name: `${name}/scale`,
    dataType,
    dims: [k, Math.ceil(n / PROMOTED_BLOCK)],
    bytes: fromFloats(scales, dataType, name),
  };
  const node: NewNode = {
    name: old.name,
    opType: old.opType,
    domain: old.domain,
    inputs: [weight.name, old.inputs[1]!, scale.name],
    outputs: old.outputs,
    ints: { gather_axis: 0, quantize_axis: 1, block_size: PROMOTED_BLOCK, bits: 8 },
  };
  return {
    initializers: [weight, scale],
    replacedNodes: new Map([[traced.reader, node]]),
    removedInitializers: readByTargetOnly(graph, traced),
  };
}

/** The inputs behind the scales: only the bias stays. */
function withoutZeroPoints(inputs: readonly string[]): string[] {
  return inputs[5] ? ["", "", inputs[5]] : [];
}

/** int8 as [K,N] or [N,K]. */
function plain({ k, n, values }: Promoted, turned: boolean) {
  const out = turned ? transpose(values, k, n) : values;
  return {
    dataType: DATA_TYPE.int8,
    dims: turned ? [n, k] : [k, n],
    bytes: new Uint8Array(out.buffer, out.byteOffset, out.byteLength),
  };
}

/** uint8 around 128, [N, blocks, 32]; what pads K is 128, which stands for 0. */
function packed({ k, n, values }: Promoted) {
  const blocks = Math.ceil(k / PROMOTED_BLOCK);
  const bytes = new Uint8Array(n * blocks * PROMOTED_BLOCK).fill(128);
  for (let column = 0; column < n; column++)
    for (let row = 0; row < k; row++)
      bytes[column * blocks * PROMOTED_BLOCK + row] = values[row * n + column]! + 128;
  return { dataType: DATA_TYPE.uint8, dims: [n, blocks, PROMOTED_BLOCK], bytes };
}

import { DATA_TYPE } from "../model/data-type.js";
import type { OnnxGraph, OnnxNode } from "../model/types.js";
import { isOperator, onlyReader, producer } from "./graph.js";
import { ownWeight } from "./own.js";
import { storedWeight } from "./stored-weight.js";
import type { Fail, TracedTarget, Tracer } from "./types.js";

/**
 * Gather of the rows of a table [K,N]: of floats, behind DequantizeLinear, or with DequantizeLinear behind it, as
 * onnxruntime's quantiser writes it.
 */
export const traceGather: Tracer = ({ graph, node, index, fail }) => {
  const { table, indices } = lookup(graph, node, node.ints.get("axis") ?? 0, fail);
  const common = {
    node: index,
    operator: node.opType,
    kind: "gather",
    layout: "kn",
    inputs: [indices],
    quantised: new Map(),
  } as const;
  const behind = onlyReader(graph, node.outputs[0]!);
  if (graph.initializers.has(table) && isOperator(behind, "DequantizeLinear"))
    return { ...common, ...dequantisedRows(graph, table, behind, fail), reader: index };
  const { tensor, dequantise, ...stored } = storedWeight(graph, table, fail);
  if (tensor.dims.length !== 2) throw fail(`expected a table of two axes, found ${tensor.dims.length}`);
  if (stored.form === "float" && !FLOATS.includes(tensor.dataType))
    throw fail(
      `expected DequantizeLinear behind a table of whole numbers, found ${behind?.opType ?? "several readers"}: the rows stay quantised, and nothing here says by which scale`,
    );
  const output = node.outputs[0]!;
  const outputs = [output, ...ownGrid(graph, output, stored.scale)];
  return { ...common, ...stored, reader: dequantise ?? index, outputs };
};

const FLOATS: readonly number[] = [DATA_TYPE.float, DATA_TYPE.float16, DATA_TYPE.bfloat16];

/**
 * What comes out of QuantizeLinear and DequantizeLinear by the table's own scale, as onnxruntime's quantiser puts them
 * behind Gather: they leave the rows as they are, and would round an update that was added before them.
 */
function ownGrid(graph: OnnxGraph, output: string, scale: string | undefined): string[] {
  const quantise = onlyReader(graph, output);
  if (!isOperator(quantise, "QuantizeLinear") || scale === undefined || quantise.inputs[1] !== scale)
    return [];
  const dequantise = onlyReader(graph, quantise.outputs[0]!);
  return isOperator(dequantise, "DequantizeLinear") && dequantise.inputs[1] === scale
    ? [dequantise.outputs[0]!]
    : [];
}

/** GatherBlockQuantized: rows of a table in blocks (com.microsoft; onnxruntime docs/ContribOperators.md). */
export const traceGatherBlock: Tracer = ({ graph, node, index, fail }) => {
  const { table, indices } = lookup(graph, node, node.ints.get("gather_axis") ?? 0, fail);
  const weight = ownWeight(graph, table, fail);
  if (weight.dims.length !== 2) throw fail(`expected a table of two axes, found ${weight.dims.length}`);
  const stated = node.ints.get("quantize_axis") ?? 1;
  const axis = stated < 0 ? stated + 2 : stated;
  if (axis !== 0 && axis !== 1) throw fail(`expected quantize_axis 0 or 1, found ${stated}`);
  const blockSize = node.ints.get("block_size") ?? 128;
  if (blockSize < 16 || blockSize > 2 ** 20 || (blockSize & (blockSize - 1)) !== 0)
    throw fail(`expected a block_size that is a power of two of at least 16, found ${blockSize}`);
  const bits = node.ints.get("bits") ?? 4;
  if (bits !== 4 && bits !== 8) throw fail(`expected 4 or 8 bits, found ${bits}`);
  const scale = node.inputs[2];
  if (!scale) throw fail("expected scales, found none");
  const bytes = weight.dataType === DATA_TYPE.uint8;
  const [k, n] = weight.dims as [number, number];
  return {
    node: index,
    operator: node.opType,
    kind: "gather",
    form: "gatherblock",
    layout: "kn",
    weight: weight.name,
    scale,
    zeroPoint: node.inputs[3] || undefined,
    axis,
    blockSize,
    reader: index,
    attributes: { k, n: bytes && bits === 4 ? 2 * n : n, bits },
    inputs: [indices],
    outputs: [node.outputs[0]!],
    quantised: new Map(),
  };
};

function lookup(graph: OnnxGraph, node: OnnxNode, axis: number, fail: Fail) {
  const [table, indices] = node.inputs;
  if (!table || !indices) throw fail(`expected ${node.opType} of a table and indices, found fewer inputs`);
  if (axis !== 0) throw fail(`expected rows to be gathered (axis 0), found axis ${axis}`);
  if (graph.initializers.has(indices))
    throw fail("expected indices that are computed, found constant ones: the table isn't an embedding");
  const made = producer(graph, table);
  if (made === undefined && !graph.initializers.has(table))
    throw fail(`expected ${table} to be an initializer, found an input`);
  return { table, indices };
}

/** Gather of stored values, then one scale for all of them. */
function dequantisedRows(
  graph: OnnxGraph,
  table: string,
  { inputs, outputs }: OnnxNode,
  fail: Fail,
): Pick<TracedTarget, "form" | "weight" | "scale" | "zeroPoint" | "axis" | "blockSize" | "outputs"> {
  const { name } = ownWeight(graph, table, fail);
  const [, scale, zeroPoint] = inputs;
  if (!scale || graph.initializers.get(scale)?.count !== 1)
    throw fail("expected one constant scale behind Gather, found another");
  return {
    form: "qdq",
    weight: name,
    scale,
    zeroPoint: zeroPoint || undefined,
    axis: 0,
    blockSize: undefined,
    outputs: [outputs[0]!],
  };
}

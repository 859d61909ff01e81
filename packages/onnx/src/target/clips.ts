import { DATA_TYPE } from "../model/data-type.js";
import type { OnnxGraph, OnnxNode, OnnxTensor } from "../model/types.js";
import { producer } from "./graph.js";

/** Smallest and largest value of the types that QuantizeLinear makes, and how one element of them is read. */
const RANGES = new Map<number, { min: number; max: number; read: (view: DataView) => number }>([
  [DATA_TYPE.uint8, { min: 0, max: 255, read: (view) => view.getUint8(0) }],
  [DATA_TYPE.int8, { min: -128, max: 127, read: (view) => view.getInt8(0) }],
  [DATA_TYPE.uint16, { min: 0, max: 2 ** 16 - 1, read: (view) => view.getUint16(0, true) }],
  [DATA_TYPE.int16, { min: -(2 ** 15), max: 2 ** 15 - 1, read: (view) => view.getInt16(0, true) }],
]);

/** Operators whose results are never below 0, so that a grid that ends there cuts nothing off. */
const NEVER_BELOW = new Set(["Relu", "Sigmoid", "HardSigmoid", "Softmax", "Softplus", "Abs", "Exp", "Sqrt"]);

/**
 * Whether a QuantizeLinear may stand for an activation: its zero point is an end of its range, so that it clips at 0 as
 * Relu and Relu6 do. onnxruntime's quantiser takes such nodes away and leaves the clipping to the grid, so that what lies
 * before the node is not what the layer behind it reads. False where an operator before it shows that nothing is cut off;
 * true where the zero point can't be read.
 */
export function clipsAtZero(graph: OnnxGraph, { inputs }: OnnxNode): boolean {
  if (NEVER_BELOW.has(producer(graph, inputs[0]!)?.opType ?? "")) return false;
  const zeroPoint = inputs[2] ? graph.initializers.get(inputs[2]) : undefined;
  const range = zeroPoint && RANGES.get(zeroPoint.dataType);
  const value = zeroPoint && range && onlyElement(zeroPoint, range.read);
  return value === undefined || value === range!.min || value === range!.max;
}

/** The one element of a small tensor that the model holds itself; undefined for any other. */
function onlyElement({ count, data }: OnnxTensor, read: (view: DataView) => number): number | undefined {
  if (count !== 1) return undefined;
  if (data.kind === "int32") return data.numbers[0];
  if (data.kind !== "raw" || data.bytes.length === 0) return undefined;
  return read(new DataView(data.bytes.buffer, data.bytes.byteOffset, data.bytes.length));
}

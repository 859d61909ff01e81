import { BananaError } from "@banana-peel/format";
import { dataTypeName, type OnnxGraph } from "@banana-peel/onnx";
import type { Feeds, Ort } from "../ort.js";
import type { FeedData, RunFeeds } from "./types.js";

/** Array classes by onnxruntime's type names; on Node 20 float16 are the bits. */
const ARRAYS: Readonly<Record<string, { from(values: Iterable<never>): FeedData }>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};

/**
 * Tensors of what a caller feeds: those that are some already, and `{ data, dims }` of the type that the graph states.
 * @throws BananaError INPUT_INVALID
 */
export function toFeeds(ort: Ort, graphName: string, graph: OnnxGraph, feeds: RunFeeds): Feeds {
  if (typeof feeds !== "object" || feeds === null)
    throw invalid(graphName, `expected tensors by the name of their input, found ${String(feeds)}`);
  const types = new Map(graph.inputs.map(({ name, dataType }) => [name, dataType]));
  const tensors: Record<string, Feeds[string]> = {};
  for (const [name, fed] of Object.entries(feeds)) {
    const dataType = types.get(name);
    const plain = fed as { data?: unknown; dims?: unknown; type?: unknown } | null;
    if (plain?.type !== undefined || plain?.data === undefined || dataType === undefined)
      tensors[name] = fed as Feeds[string];
    else tensors[name] = tensor(ort, graphName, name, dataTypeName(dataType), plain.data, plain.dims);
  }
  return tensors;
}

function tensor(ort: Ort, graph: string, name: string, type: string, data: unknown, dims: unknown) {
  const Wanted = ARRAYS[type];
  if (Wanted === undefined)
    throw invalid(graph, `expected a tensor for ${name}, found data of ${type}: make it with ort.Tensor`);
  if (!Array.isArray(dims) || !dims.every((size) => Number.isSafeInteger(size) && size >= 0))
    throw invalid(graph, `expected dims of ${name} as whole numbers, found ${String(dims)}`);
  const elements = Array.isArray(data) ? numbers(graph, name, type, Wanted, data) : data;
  const whole = dims.reduce((product: number, size: number) => product * size, 1);
  const found = elements as { length?: number; constructor: { name: string } };
  if ((found.constructor as unknown) !== Wanted)
    throw invalid(graph, `expected ${type} for ${name}, found ${found.constructor?.name ?? typeof data}`);
  if (found.length !== whole)
    throw invalid(graph, `expected ${whole} elements in ${name} [${dims.join(",")}], found ${found.length}`);
  return new ort.Tensor(type as "float32", elements as Float32Array, dims);
}

function numbers(
  graph: string,
  name: string,
  type: string,
  Wanted: (typeof ARRAYS)[string],
  data: readonly unknown[],
): FeedData {
  const big = type.endsWith("int64");
  const bad = data.find((value) => !(typeof value === "number" || (big && typeof value === "bigint")));
  if (bad !== undefined || (big && data.some((value) => !Number.isInteger(Number(value)))))
    throw invalid(graph, `expected ${big ? "whole " : ""}numbers in ${name}, found others`);
  if (type === "float16")
    throw invalid(graph, `expected float16 for ${name} as Uint16Array of bits, found numbers`);
  return Wanted.from((big ? data.map((value) => BigInt(value as number)) : data) as Iterable<never>);
}

function invalid(where: string, message: string): BananaError {
  return new BananaError("INPUT_INVALID", message, {
    where,
    hint: "base.inputs(graph) lists names, types and sizes; feed ort.Tensor or { data, dims }.",
  });
}

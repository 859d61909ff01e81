import type { OnnxGraph } from "../model/types.js";
import type { TracedTarget } from "../target/types.js";

/** Operators that only change the shape or the order of what they read. */
const SHAPES = new Set(["Reshape", "Transpose", "Unsqueeze", "Squeeze", "Identity", "Cast"]);

/** Names of one module that holds the projections of queries, keys and values. */
const NAMES = /(^|\.)(qkv|qkv_proj|to_qkv|in_proj|in_proj_weight|query_key_value|c_attn|wqkv)$/i;

/** Shape operators that are followed from a layer to where its output is cut: reshape, transpose, and one to spare. */
const STEPS = 4;

/**
 * Why a layer seems to hold the projections of queries, keys and values side by side: by its module's name, or because
 * its output is cut in three. Undefined for others. (Cut in two is a gated layer, which is one module, or a rotation.)
 */
export function fusedReason(graph: OnnxGraph, traced: TracedTarget, path: string): string | undefined {
  if (NAMES.test(path)) return `${path} is a name of queries, keys and values in one layer`;
  let name = traced.outputs.at(-1)!;
  for (let step = 0; step < STEPS; step++) {
    const readers = (graph.consumers.get(name) ?? []).map((index) => graph.nodes[index]!);
    const from = readers.filter(({ inputs }) => inputs[0] === name);
    if (from.some(({ opType, outputs }) => opType === "Split" && outputs.length === 3))
      return "Split cuts its output in three";
    for (const operator of ["Slice", "Gather"])
      if (from.filter(({ opType }) => opType === operator).length === 3)
        return `three of ${operator} cut its output`;
    const next = from.filter(({ opType }) => SHAPES.has(opType));
    if (next.length !== 1) return undefined;
    name = next[0]!.outputs[0]!;
  }
  return undefined;
}

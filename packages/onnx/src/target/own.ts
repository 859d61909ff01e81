import type { BananaError } from "@banana-peel/format";
import type { OnnxGraph, OnnxTensor } from "../model/types.js";
import { isOutput } from "./graph.js";

/** The initializer of a weight, which nothing but its layer may read: a merge changes it. */
export function ownWeight(
  graph: OnnxGraph,
  name: string | undefined,
  fail: (message: string) => BananaError,
): OnnxTensor {
  const tensor = name ? graph.initializers.get(name) : undefined;
  if (!name || tensor === undefined)
    throw fail(`expected ${name || "its weight"} to be an initializer, found a computed tensor`);
  onlyHere(graph, name, fail);
  return tensor;
}

/** Throws when a tensor is read more than once, or is an output of the graph. */
export function onlyHere(graph: OnnxGraph, name: string, fail: (message: string) => BananaError): void {
  const readers = graph.consumers.get(name)?.length ?? 0;
  if (readers !== 1 || isOutput(graph, name))
    throw fail(`expected ${name} to be read by this layer only, found ${readers} readers`);
}

import { promotedEdits } from "@banana-peel/onnx";
import type { CheckedFiles } from "../base/check-files.js";
import type { OpenGraph } from "../base/open-graph.js";
import type { MergedWeight } from "../plan/merged-weight.js";
import type { WeightEdits } from "./attach-model.js";

/** The weights of a graph with merged targets in them: what changes in the model, and its files of external data. */
export interface MergedData {
  /** New elements of initializers that the model embeds, and the nodes and initializers of promoted targets. */
  readonly edits: WeightEdits;
  /** Every file of external data, patched; empty when the merged targets are all embedded. */
  readonly externalData: readonly { path: string; data: Uint8Array }[];
}

/**
 * Puts merged weights in the place of the base's: in copies of the files of external data, or in the model. Promoted
 * ones go into the model. Once one file is given in memory onnxruntime wants them all so, hence every file is read
 * when any is patched.
 * @param merged weights by target path
 */
export async function mergedData(
  graph: OpenGraph,
  merged: ReadonlyMap<string, MergedWeight>,
  files: CheckedFiles,
  signal: AbortSignal | undefined,
): Promise<MergedData> {
  const { edits, patches } = weightEdits(graph, merged);
  if (patches.length === 0) return { edits, externalData: [] };
  const externalData: { path: string; data: Uint8Array }[] = [];
  for (const path of graph.externalData) {
    const own = patches.filter(({ location }) => location === path);
    const read = await files.readFile(path, signal);
    const data = own.length === 0 ? read : read.slice();
    for (const { offset, bytes } of own) data.set(bytes, offset);
    externalData.push({ path, data });
  }
  return { edits, externalData };
}

/** Bytes that take the place of others in a file of external data. */
export interface Patch {
  readonly location: string;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * What merged weights change: elements that the model embeds and the nodes of promoted targets as edits of the
 * model, the rest as patches of its external data.
 * @param merged weights by target path, all of them of this graph
 */
export function weightEdits(
  graph: OpenGraph,
  merged: ReadonlyMap<string, MergedWeight>,
): { readonly edits: WeightEdits; readonly patches: readonly Patch[] } {
  const elements = new Map<string, Uint8Array>();
  const patches: Patch[] = [];
  for (const [path, put] of merged) {
    if (put.kind === "promote") continue;
    const { weight } = graph.targets.get(path)!;
    if (weight.data.kind === "external") patches.push({ ...weight.data.external, bytes: put.bytes });
    else elements.set(weight.name, put.bytes);
  }
  return { edits: { elements, ...promotions(graph, merged) }, patches };
}

function promotions(
  graph: OpenGraph,
  merged: ReadonlyMap<string, MergedWeight>,
): Required<Omit<WeightEdits, "elements">> {
  const each = [...merged].flatMap(([path, put]) => {
    if (put.kind === "merge") return [];
    const { traced, scale } = graph.targets.get(path)!;
    const name = `banana-peel/${path}`;
    return [promotedEdits(graph.model.graph, traced, put.promoted, scale!.dataType, name)];
  });
  return {
    initializers: each.flatMap(({ initializers }) => initializers),
    replacedNodes: new Map(each.flatMap(({ replacedNodes }) => [...replacedNodes])),
    removedInitializers: new Set(each.flatMap(({ removedInitializers }) => [...removedInitializers])),
  };
}

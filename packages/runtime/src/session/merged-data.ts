import { type Promoted, type PromotedEdits, promotedEdits } from "@banana-peel/onnx";
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
 * Puts merged weights in the place of the base's: into the model, where onnxruntime maps the others from the base's
 * folder, else into copies of the files of external data. Promoted ones go into the model. Once one file is given in
 * memory onnxruntime wants them all so, hence every file is read when any is patched.
 * @param merged weights by target path
 */
export async function mergedData(
  graph: OpenGraph,
  merged: ReadonlyMap<string, MergedWeight>,
  files: CheckedFiles & { readonly folder?: string | undefined },
  signal: AbortSignal | undefined,
): Promise<MergedData> {
  const { edits, patches } = weightEdits(graph, merged, files.folder !== undefined && fitsModel(merged));
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

/** Bytes of merged weights that a model may embed: half of what protobuf allows for all of it. */
const MOST_EMBEDDED = 2 ** 30;

function fitsModel(merged: ReadonlyMap<string, MergedWeight>): boolean {
  let bytes = 0;
  for (const put of merged.values()) if (put.kind === "merge") bytes += put.bytes.length;
  return bytes <= MOST_EMBEDDED;
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
 * @param embed puts those that lie in external data into the model too
 */
export function weightEdits(
  graph: OpenGraph,
  merged: ReadonlyMap<string, MergedWeight>,
  embed = false,
): { readonly edits: WeightEdits; readonly patches: readonly Patch[] } {
  const elements = new Map<string, Uint8Array>();
  const patches: Patch[] = [];
  for (const [path, put] of merged) {
    if (put.kind === "promote") continue;
    const { weight } = graph.targets.get(path)!;
    if (weight.data.kind === "external" && !embed)
      patches.push({ ...weight.data.external, bytes: put.bytes });
    else elements.set(weight.name, put.bytes);
  }
  return { edits: { elements, ...promotions(graph, merged) }, patches };
}

/** What promoting one target changes in its graph's model. */
export function promotion(graph: OpenGraph, path: string, promoted: Promoted): PromotedEdits {
  const { traced, scale } = graph.targets.get(path)!;
  return promotedEdits(graph.model.graph, traced, promoted, scale!.dataType, `banana-peel/${path}`);
}

function promotions(
  graph: OpenGraph,
  merged: ReadonlyMap<string, MergedWeight>,
): Required<Omit<WeightEdits, "elements">> {
  const each = [...merged].flatMap(([path, put]) => {
    return put.kind === "merge" ? [] : [promotion(graph, path, put.promoted)];
  });
  return {
    initializers: each.flatMap(({ initializers }) => initializers),
    replacedNodes: new Map(each.flatMap(({ replacedNodes }) => [...replacedNodes])),
    removedInitializers: new Set(each.flatMap(({ removedInitializers }) => [...removedInitializers])),
  };
}

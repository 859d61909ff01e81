import type { OpenGraph } from "../base/open-graph.js";
import type { MergedWeight } from "../plan/merged-weight.js";
import { modelWith } from "../session/attach-model.js";
import { type Patch, weightEdits } from "../session/merged-data.js";

/** What merging changes in one graph's files. */
export interface GraphMerge {
  readonly graph: string;
  /** Path of the model's file. */
  readonly path: string;
  /** The new model; undefined when only external data changes. */
  readonly model: Uint8Array | undefined;
  /** Bytes that change in files of external data. */
  readonly patches: readonly Patch[];
  /** Paths of the targets that are merged, and of those that are promoted. */
  readonly merged: readonly string[];
  readonly promoted: readonly string[];
}

/**
 * What the merged weights of a graph change in its files; undefined when none of them is in it.
 * @param merged weights by target path, of all graphs
 */
export function mergeGraph(
  graph: OpenGraph,
  merged: ReadonlyMap<string, MergedWeight>,
): GraphMerge | undefined {
  const own = new Map([...merged].filter(([path]) => graph.targets.has(path)));
  if (own.size === 0) return undefined;
  const { edits, patches } = weightEdits(graph, own);
  const model = modelWith(graph.model, edits);
  const paths = (kind: MergedWeight["kind"]) =>
    [...own].filter(([, put]) => put.kind === kind).map(([path]) => path);
  return {
    graph: graph.name,
    path: graph.path,
    model: model === graph.model.bytes ? undefined : model,
    patches,
    merged: paths("merge"),
    promoted: paths("promote"),
  };
}

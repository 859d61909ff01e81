import { editModel } from "@banana-peel/onnx";
import type { OpenGraph } from "../base/open-graph.js";
import type { MergedWeight } from "../plan/merged-weight.js";
import type { Part } from "../plan/updates.js";
import { modelWith } from "../session/attach-model.js";
import { type Patch, weightEdits } from "../session/merged-data.js";
import { bakeEdits } from "./bake-branches.js";

/** What merging changes in one graph's files. */
export interface GraphMerge {
  readonly graph: string;
  /** Path of the model's file. */
  readonly path: string;
  /** The new model; undefined when only external data changes. */
  readonly model: Uint8Array | undefined;
  /** Bytes that change in files of external data. */
  readonly patches: readonly Patch[];
  /** Paths of the targets that are merged, of those that are promoted, and of those whose branch is in the model. */
  readonly merged: readonly string[];
  readonly promoted: readonly string[];
  readonly attached: readonly string[];
}

/**
 * What the merged weights and the branches of a graph change in its files; undefined when nothing of them is in it.
 * @param merged weights by target path, of all graphs
 * @param attached parts by path of the targets that get a branch, of all graphs
 */
export function mergeGraph(
  graph: OpenGraph,
  merged: ReadonlyMap<string, MergedWeight>,
  attached: ReadonlyMap<string, readonly Part[]>,
): GraphMerge | undefined {
  const own = new Map([...merged].filter(([path]) => graph.targets.has(path)));
  const branched = new Map([...attached].filter(([path]) => graph.targets.has(path)));
  if (own.size + branched.size === 0) return undefined;
  const { edits, patches } = weightEdits(graph, own);
  const model = branched.size === 0 ? modelWith(graph.model, edits) : withBranches();
  const paths = (kind: MergedWeight["kind"]) =>
    [...own].filter(([, put]) => put.kind === kind).map(([path]) => path);
  return {
    graph: graph.name,
    path: graph.path,
    model: model === graph.model.bytes ? undefined : model,
    patches,
    merged: paths("merge"),
    promoted: paths("promote"),
    attached: [...branched.keys()],
  };

  function withBranches(): Uint8Array {
    const baked = bakeEdits(graph, branched);
    return editModel(graph.model, {
      ...edits,
      ...baked,
      initializers: [...(edits.initializers ?? []), ...(baked.initializers ?? [])],
      replacedNodes: new Map([...(edits.replacedNodes ?? []), ...(baked.replacedNodes ?? [])]),
    });
  }
}

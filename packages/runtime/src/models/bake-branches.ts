import type { ModelEdits } from "@banana-peel/onnx";
import type { OpenGraph } from "../base/open-graph.js";
import type { Ort } from "../ort.js";
import type { Part } from "../plan/updates.js";
import { attachFeeds } from "../session/attach-feeds.js";
import { attachEdits } from "../session/attach-model.js";

/** Tensors as the feeds of a session, without a session. */
const PLAIN = {
  Tensor: class {
    readonly data: ArrayBufferView;
    readonly dims: readonly number[];
    constructor(_type: string, data: ArrayBufferView, dims: readonly number[]) {
      this.data = data;
      this.dims = dims;
    }
  },
} as unknown as Ort;

/**
 * Edits that write the branches of some targets into a graph's model for good: the nodes that attaching adds, with A,
 * B and the factors of wide layers as initializers in the place of inputs. The model gives what the runtime gives with these targets attached.
 * @param attached parts by path of the targets of this graph that get a branch
 */
export function bakeEdits(graph: OpenGraph, attached: ReadonlyMap<string, readonly Part[]>): ModelEdits {
  const only = new Set(attached.keys());
  const { inputs = [], ...edits } = attachEdits(graph, { only });
  const feeds = attachFeeds(PLAIN, graph, attached, { only });
  const initializers = inputs.map(({ name, dataType }) => {
    const { data, dims } = feeds[name] as unknown as { data: ArrayBufferView; dims: readonly number[] };
    return { name, dataType, dims, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  });
  return { ...edits, initializers };
}

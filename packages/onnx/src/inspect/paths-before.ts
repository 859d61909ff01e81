import type { OnnxGraph } from "../model/types.js";
import type { TracedTarget } from "../target/types.js";
import { namesBefore } from "./module-path.js";
import type { FoundTarget } from "./types.js";

/** What the model before it was quantised says of a layer. */
export type PathBefore = (node: string, traced: TracedTarget) => string | undefined;

/**
 * Module paths by the layers of the model before it was quantised: quantisers keep the names of nodes, but not what
 * PyTorch's exporter noted beside them. A layer of other sizes is another one.
 */
export function pathsBefore(
  graph: OnnxGraph,
  quantised: OnnxGraph,
  found: readonly FoundTarget[],
): PathBefore {
  const layers = new Map(found.map((layer) => [layer.node, layer]));
  return (node, traced) => {
    for (const name of namesBefore(node)) {
      const layer = layers.get(name);
      if (layer !== undefined && same(sizes(graph, layer.traced), sizes(quantised, traced)))
        return layer.path;
    }
    return undefined;
  };
}

/** K and N of a product or a table; the sizes of a convolution's weight. */
function sizes(
  graph: OnnxGraph,
  { attributes, layout, convolution, weight }: TracedTarget,
): readonly number[] {
  if (attributes !== undefined) return [attributes.k, attributes.n];
  const { dims } = graph.initializers.get(weight)!;
  return convolution === undefined && layout === "nk" ? dims.toReversed() : dims;
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

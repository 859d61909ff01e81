import type { WeightEdits } from "../session/attach-model.js";
import type { CachedSet } from "./types.js";

/** The edits that make a graph read its merged weights from the set's file. */
export function storedEdits({ graphs, file }: CachedSet, graph: string): WeightEdits {
  const { elements, initializers, replacedNodes, removedInitializers } = graphs[graph]!;
  return {
    elements: new Map(Object.entries(elements).map(([name, place]) => [name, { location: file, ...place }])),
    initializers: initializers.map(({ place, ...rest }) => ({
      ...rest,
      bytes: { location: file, ...place },
    })),
    replacedNodes: new Map(replacedNodes),
    removedInitializers: new Set(removedInitializers),
  };
}

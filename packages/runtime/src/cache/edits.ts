import type { WeightEdits } from "../session/attach-model.js";
import type { CachedSet, StoredPlace } from "./types.js";

/** The edits that make a graph read its merged weights from the set's files. */
export function storedEdits({ graphs }: CachedSet, graph: string): WeightEdits {
  const { elements, initializers, replacedNodes, removedInitializers } = graphs[graph]!;
  return {
    elements: new Map(Object.entries(elements).map(([name, place]) => [name, outside(place)])),
    initializers: initializers.map(({ place, ...rest }) => ({ ...rest, bytes: outside(place) })),
    replacedNodes: new Map(replacedNodes),
    removedInitializers: new Set(removedInitializers),
  };
}

function outside({ file, offset, length }: StoredPlace) {
  return { location: file, offset, length };
}

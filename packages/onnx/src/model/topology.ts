import { invalid } from "../errors.js";
import type { OnnxGraph, OnnxNode, OnnxValue } from "./types.js";

/**
 * Finds who makes and who reads each tensor, and refuses graphs that aren't in topological order, as IR.md
 * (Graphs: "the nodes MUST be topologically sorted") asks; so a graph with a cycle is refused too.
 * @param known initializers and graph inputs
 */
export function linkGraph(
  nodes: readonly OnnxNode[],
  known: ReadonlySet<string>,
  outputs: readonly OnnxValue[],
  where: string,
): Pick<OnnxGraph, "named" | "producers" | "consumers"> {
  const named = new Map<string, number[]>();
  const producers = new Map<string, number>();
  const consumers = new Map<string, number[]>();
  nodes.forEach((node, index) => {
    const same = named.get(node.name);
    if (same === undefined) named.set(node.name, [index]);
    else same.push(index);
    const label = `${where}: node ${node.name || index} (${node.opType})`;
    for (const input of new Set([...node.inputs, ...node.captured])) {
      if (input === "") continue;
      if (!known.has(input) && !producers.has(input))
        throw invalid(
          label,
          `expected its input ${input} to be made by an earlier node, found none: the graph has a cycle, is not sorted, or lacks a node`,
        );
      const readers = consumers.get(input);
      if (readers === undefined) consumers.set(input, [index]);
      else readers.push(index);
    }
    for (const output of node.outputs) {
      if (output === "") continue;
      if (known.has(output) || producers.has(output))
        throw invalid(label, `expected ${output} to be made once, found it made again`);
      producers.set(output, index);
    }
  });
  for (const output of outputs)
    if (!known.has(output.name) && !producers.has(output.name))
      throw invalid(where, `expected a node that makes the graph's output ${output.name}, found none`);
  return { named, producers, consumers };
}

import type { InnerGraph, OnnxGraph, OnnxNode } from "../model/types.js";
import { producer } from "../target/graph.js";
import { biasPath, nodePath, scopePath, weightPath } from "./module-path.js";
import type { Doubt } from "./types.js";
import { isLayer, sourceOf } from "./weight-of.js";

/** How a name leads to sizes of a stored tensor, from inside a graph outwards. */
interface Scope {
  readonly maker: (name: string) => OnnxNode | undefined;
  readonly sizes: (name: string) => readonly number[] | undefined;
}

/**
 * The layers that a model has but that nothing here can change: inside If, Loop and Scan, in functions of the model, and
 * those whose weight is a Constant node. They are named, so that nobody looks for them among the targets.
 */
export function outOfReach(graph: OnnxGraph): Doubt[] {
  const scope: Scope = {
    maker: (name) => producer(graph, name),
    sizes: (name) => graph.initializers.get(name)?.dims ?? producer(graph, name)?.constant,
  };
  const doubts: Doubt[] = [];
  for (const node of graph.nodes) {
    const weight = isLayer(node) ? storedIn(node, scope) : undefined;
    if (weight !== undefined && !graph.initializers.has(weight.name))
      doubts.push(doubt(node, weight, "expected its weight to be an initializer, found a Constant node"));
    for (const inner of node.inside) doubts.push(...insideOf(inner, scope, `${node.opType} ${node.name}`));
    const held = graph.functions.get(`${node.domain} ${node.opType}`);
    const given = held?.some((each) => isLayer(each) || each.inside.length > 0) && storedIn(node, scope);
    if (given)
      doubts.push(
        doubt(
          node,
          given,
          "expected a layer, found a function of the model that holds one: inline its functions (onnx.inliner)",
        ),
      );
  }
  return doubts;
}

function insideOf({ nodes, initializers }: InnerGraph, outer: Scope, where: string): Doubt[] {
  const made = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const scope: Scope = {
    maker: (name) => made.get(name) ?? outer.maker(name),
    sizes: (name) => initializers.get(name) ?? made.get(name)?.constant ?? outer.sizes(name),
  };
  return nodes.flatMap((node) => {
    const weight = isLayer(node) ? storedIn(node, scope) : undefined;
    const own =
      weight && doubt(node, weight, `expected a layer of the main graph, found one inside ${where}`);
    return [...(own ? [own] : []), ...node.inside.flatMap((inner) => insideOf(inner, scope, where))];
  });
}

/** The first stored tensor of two axes or more among a node's inputs. */
function storedIn(
  node: OnnxNode,
  { maker, sizes }: Scope,
): { name: string; dims: readonly number[] } | undefined {
  for (const input of node.inputs) {
    const name = sourceOf(input, maker);
    const dims = sizes(name);
    if (dims !== undefined && dims.length >= 2) return { name, dims };
  }
  return undefined;
}

function doubt(
  node: OnnxNode,
  { name, dims }: { name: string; dims: readonly number[] },
  message: string,
): Doubt {
  const paths = [scopePath(node), nodePath(node), weightPath(name), ...node.inputs.map(biasPath)];
  const candidates = [...new Set(paths.filter((path) => path !== undefined))];
  return {
    reason: "unsupported",
    node: node.name,
    operator: node.opType,
    weight: name,
    dims,
    candidates,
    message,
  };
}

import { isBananaError } from "@banana-peel/format";
import type { OnnxGraph, OnnxNode, OnnxTensor } from "../model/types.js";
import { onlyReader } from "../target/graph.js";
import { traceTarget } from "../target/trace.js";
import type { TracedTarget } from "../target/types.js";
import { fusedReason } from "./fused.js";
import { biasPath, nodePath, scopePath, weightPath } from "./module-path.js";
import { outOfReach } from "./out-of-reach.js";
import { type PathBefore, pathsBefore } from "./paths-before.js";
import type { Doubt, DoubtReason, FoundTarget, GraphInspection } from "./types.js";
import { weightOf } from "./weight-of.js";

/** What a caller of inspectGraph may know. */
export interface InspectGraphOptions {
  /** Module paths by the name of a node; they settle what would be a doubt. null leaves a layer out. */
  readonly map?: ReadonlyMap<string, string | null>;
  /** The same graph before it was quantised, whose layers' paths count too: quantisers drop names. */
  readonly before?: OnnxGraph | undefined;
}

/**
 * Finds every layer that an adapter can change and its module path: by what PyTorch's exporter noted, by the names of
 * the node, its weight and its bias, without what exporters and quantisers add to them. All that are there must say
 * the same, and no two layers may have one path; what fails is a doubt, never a guess.
 * Specification: docs/specification/base.md, Finding targets.
 */
export function inspectGraph(
  graph: OnnxGraph,
  { map = new Map(), before }: InspectGraphOptions = {},
): GraphInspection {
  const found: FoundTarget[] = [];
  const doubts = outOfReach(graph).filter(({ node }) => map.get(node) !== null);
  const pathBefore = before && pathsBefore(before, graph, inspectGraph(before).found);
  for (const node of graph.nodes) {
    const weight = weightOf(graph, node);
    const given = map.get(node.name);
    if (weight === undefined || given === null) continue;
    const layer = inspectNode(graph, node, weight, given, pathBefore);
    if ("reason" in layer) doubts.push(layer);
    else found.push(layer);
  }
  return unique(graph, found, doubts);
}

function inspectNode(
  graph: OnnxGraph,
  node: OnnxNode,
  weight: OnnxTensor,
  given: string | undefined,
  pathBefore: PathBefore | undefined,
): FoundTarget | Doubt {
  const doubt = (reason: DoubtReason, message: string, candidates: readonly string[] = []) =>
    doubtOf(node, weight, reason, message, candidates);
  let traced: TracedTarget;
  try {
    traced = traceTarget(graph, node.name);
  } catch (error) {
    if (!isBananaError(error)) throw error;
    const shared = (graph.consumers.get(weight.name)?.length ?? 0) > 1;
    return doubt(shared ? "shared-weight" : "unsupported", error.message, pathsOf(graph, node, weight.name));
  }
  if (given !== undefined) return { path: given, node: node.name, traced };
  const own = pathsOf(graph, node, traced.weight);
  const earlier = pathBefore?.(node.name, traced);
  const candidates = [...new Set(earlier === undefined ? own : [...own, earlier])];
  const [path] = candidates;
  if (path === undefined) return doubt("no-name", "expected a name that holds a module path, found none");
  if (candidates.length > 1)
    return doubt("names-disagree", `expected one module path, found ${candidates.join(" and ")}`, candidates);
  const fused = fusedReason(graph, traced, path);
  if (fused !== undefined)
    return doubt("fused", `expected a layer of one module, found signs of several: ${fused}`, candidates);
  return { path, node: node.name, traced };
}

/** The module paths that a layer's names hold, each once. */
function pathsOf(graph: OnnxGraph, node: OnnxNode, weight: string): string[] {
  const sum = biasSum(graph, node);
  const biases = [...node.inputs, ...(sum?.inputs ?? [])].filter((input) => graph.initializers.has(input));
  const paths = [
    scopePath(node),
    nodePath(node),
    weightPath(weight),
    sum && scopePath(sum),
    ...biases.map(biasPath),
  ];
  return [...new Set(paths.filter((path) => path !== undefined))];
}

/** Operators between a product and the sum with its bias: those of products of whole numbers. */
const SCALING = ["Cast", "Mul", "DequantizeLinear"];

/** The Add of an initializer behind a layer. */
function biasSum(graph: OnnxGraph, node: OnnxNode): OnnxNode | undefined {
  let reader = onlyReader(graph, node.outputs[0]!);
  for (let steps = 0; steps < 4 && reader !== undefined && SCALING.includes(reader.opType); steps++)
    reader = onlyReader(graph, reader.outputs[0]!);
  return reader?.opType === "Add" && reader.inputs.some((input) => graph.initializers.has(input))
    ? reader
    : undefined;
}

/**
 * Layers that claim one path are all doubts, also where one of them is a doubt already (a module that runs twice): which
 * of them an adapter means can't be known.
 */
function unique(graph: OnnxGraph, found: readonly FoundTarget[], doubts: readonly Doubt[]): GraphInspection {
  const claims = new Map<string, number>();
  for (const path of [...found.map(({ path }) => path), ...doubts.flatMap(({ candidates }) => candidates)])
    claims.set(path, (claims.get(path) ?? 0) + 1);
  const taken = found
    .filter(({ path }) => claims.get(path)! > 1)
    .map(({ path, traced }) => {
      const message = `expected one layer that may be ${path}, found ${claims.get(path)}`;
      const weight = graph.initializers.get(traced.weight)!;
      return doubtOf(graph.nodes[traced.node]!, weight, "path-taken", message, [path]);
    });
  return { found: found.filter(({ path }) => claims.get(path) === 1), doubts: [...doubts, ...taken] };
}

function doubtOf(
  node: OnnxNode,
  weight: OnnxTensor,
  reason: DoubtReason,
  message: string,
  candidates: readonly string[],
): Doubt {
  const { name, opType } = node;
  return {
    reason,
    node: name,
    operator: opType,
    weight: weight.name,
    dims: weight.dims,
    candidates,
    message,
  };
}

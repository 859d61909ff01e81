import type { OpenTarget } from "../base/check-target.js";
import type { OpenGraph } from "../base/open-graph.js";

/**
 * Targets that read the same tensor, and so share one product with it: their A stand side by side in one input, and
 * `split` says how many columns belong to each.
 */
export interface Branch {
  readonly targets: readonly OpenTarget[];
  /** The tensor that they read. */
  readonly input: string;
  /** Inputs of the session: B of each target, [R,N]. */
  readonly b: readonly string[];
  /** Rows of A. */
  readonly k: number;
  /** TensorProto.DataType of the layers' inputs and outputs. */
  readonly valueType: number;
  /** Input of the session: A of all targets side by side, [K, sum of R]. */
  readonly a: string;
  /** Int64 [targets], the R of each; undefined when there is but one target. */
  readonly split: string | undefined;
  /**
   * Input of the session: what the columns of the product are multiplied with, [sum of R]; undefined where that is done
   * to B beforehand.
   */
  readonly factors: string | undefined;
  /** Index of the node behind which the product is made: the first of the targets' own. */
  readonly after: number;
}

/** Where a branch joins its layer. */
export interface Cut {
  /** The tensor that the sum takes the name of. */
  readonly output: string;
  /** Index of the node that makes it. */
  readonly node: number;
}

/**
 * Where a target's branch joins: at the card's output; but before the bias of a layer whose inputs and weights are both
 * quantised: onnxruntime fuses that bias with what follows (FastGelu), not with the layer. The sum is the same.
 */
export function cutOf({ target, traced, outputNode }: OpenTarget, { model }: OpenGraph): Cut {
  const [product, biased] = traced.outputs;
  const { nodes, producers } = model.graph;
  const opTypeBefore = () => nodes[producers.get(traced.inputs[0]!) ?? -1]?.opType;
  const fromIntegers =
    traced.form === "qdq" && traced.kind === "linear" && opTypeBefore() === "DequantizeLinear";
  const node = product === undefined ? undefined : producers.get(product);
  if (fromIntegers && target.output === biased && node !== undefined) return { output: product!, node };
  return { output: target.output, node: outputNode };
}

/** Input of the session that holds B [R,N] of a target. */
export function inputB(path: string): string {
  return `banana-peel/${path}/B`;
}

/** Input and output features from which the columns of the product are multiplied with what B would be otherwise. */
const WIDE = 2048;

/**
 * Whether weights and alpha / rank are multiplied into x A, not into B: of a wide layer B is so large that doing it for
 * weights never used before takes longer than a swap may, and the layer itself so slow that a product of [tokens, R]
 * doesn't show.
 */
export function isScaledInside({
  target: { k, n, output },
  traced: { kind, quantised },
}: OpenTarget): boolean {
  return kind === "linear" && !quantised.has(output) && k >= WIDE && n >= WIDE;
}

/** A tensor or node that belongs to a target's branch. */
export function part(path: string, name: string): string {
  return `banana-peel/${path}/${name}`;
}

/** Version of ONNX's operators from which Split takes its sizes as an input. */
const SPLIT_BY_INPUT = 13;

/** Whether Split can take its sizes from outside. */
export function splitsByInput({ model }: OpenGraph): boolean {
  return (model.opsets.get("") ?? 0) >= SPLIT_BY_INPUT;
}

const branches = new WeakMap<OpenGraph, readonly Branch[]>();

/**
 * The branches of a graph, in the order of the card's targets; the same for one graph always.
 * @param only paths of the targets that get one; all of them by default
 */
export function branchesOf(graph: OpenGraph, only?: ReadonlySet<string>): readonly Branch[] {
  if (only !== undefined) return makeBranches(graph, only);
  let made = branches.get(graph);
  if (made === undefined) {
    made = makeBranches(graph);
    branches.set(graph, made);
  }
  return made;
}

function makeBranches(graph: OpenGraph, only?: ReadonlySet<string>): Branch[] {
  const share = splitsByInput(graph);
  const groups = new Map<string, OpenTarget[]>();
  for (const open of graph.targets.values()) {
    const { path, input, output, k } = open.target;
    if (only?.has(path) === false) continue;
    const { kind, quantised } = open.traced;
    // Only products of float tensors stand side by side; a convolution has a place of its own to look.
    const plain = kind === "linear" && !quantised.has(input) && !quantised.has(output);
    const key = share && plain ? `${k} ${open.valueType} ${input}` : path;
    const others = groups.get(key);
    if (others === undefined) groups.set(key, [open]);
    else others.push(open);
  }
  return [...groups.values()].map((targets) => {
    const { target, valueType } = targets[0]!;
    return {
      targets,
      input: target.input,
      b: targets.map((open) => inputB(open.target.path)),
      k: target.k,
      valueType,
      a: `banana-peel/${target.path}/A`,
      split: targets.length > 1 ? `banana-peel/${target.path}/ranks` : undefined,
      factors: targets.some(isScaledInside) ? `banana-peel/${target.path}/factors` : undefined,
      after: Math.min(...targets.map((open) => cutOf(open, graph).node)),
    };
  });
}

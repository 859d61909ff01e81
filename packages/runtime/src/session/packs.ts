import { DATA_TYPE, type NewInitializer, type NewInput, type NewNode } from "@banana-peel/onnx";
import type { OpenTarget } from "../base/check-target.js";
import type { OpenGraph } from "../base/open-graph.js";
import { type Branch, branchesOf, inputB, splitsByInput } from "./branches.js";

/**
 * Tensors of branches that a session takes in one input, below each other. An input costs onnxruntime for JavaScript
 * some 2 microseconds a run, whatever its size: more than a small product.
 */
export interface Pack {
  readonly input: string;
  /** Size of a row: K of lora_A [r,K], N of lora_B [r,N]. */
  readonly width: number;
  /** Tensors that it is cut into, each with the targets whose rows it holds. */
  readonly parts: readonly { readonly tensor: string; readonly targets: readonly OpenTarget[] }[];
}

/** Numbers of rows for one Split: one for every list of targets, their ranks together. */
interface Section {
  readonly tensor: string;
  readonly parts: readonly (readonly OpenTarget[])[];
}

/** What of a graph's branches is packed. */
export interface Packs {
  readonly a: readonly Pack[];
  readonly b: readonly Pack[];
  /** Factors of branches one behind the other, [sum of R], without a width. */
  readonly factors: readonly Omit<Pack, "width">[];
  /** In the order in which the input RANKS holds them. */
  readonly sections: readonly Section[];
  /** Every tensor that isn't an input any more. */
  readonly tensors: ReadonlySet<string>;
}

/** Input of the session: the numbers of all sections, int64. */
export const RANKS = "banana-peel/ranks";

/** Widest row that is packed: cutting out copies, and of longer rows the copy costs more than an input. */
export const MOST_PACKED = 768;

/** Most tensors in a pack: WebGPU promises a shader 8 buffers, and Split takes one for its input. */
const MOST_PARTS = 7;

const known = new WeakMap<OpenGraph, Packs>();

/** The packs of a graph's branches; none where a few targets get theirs by themselves, or Split can't cut them. */
export function packsFor(graph: OpenGraph, only?: ReadonlySet<string>): Packs | undefined {
  if (only !== undefined || !splitsByInput(graph)) return undefined;
  let packs = known.get(graph);
  if (packs === undefined) {
    packs = packsOf(branchesOf(graph));
    known.set(graph, packs);
  }
  return packs;
}

function packsOf(branches: readonly Branch[]): Packs {
  const plain = branches.filter(
    ({ targets }) => targets[0]!.target.kernel === undefined && !targets.some(isQuantised),
  );
  const a = group("A", plain.filter(isLinear), (branch) => {
    return { width: branch.k, tensor: branch.a, targets: branch.targets };
  });
  const b = group(
    "B",
    plain.flatMap(({ targets }) => targets),
    (open) => ({ width: open.target.n, tensor: inputB(open.target.path), targets: [open] }),
  );
  const scaled = plain.flatMap(({ factors, targets }) =>
    factors === undefined ? [] : [{ tensor: factors, targets }],
  );
  const factors = chunks(scaled, MOST_PARTS).map((parts, i) => ({
    input: `banana-peel/factors/${i}`,
    parts,
  }));
  const sections = [
    ...[...a, ...b, ...factors].map(({ input, parts }) => {
      return { tensor: `${input}/rows`, parts: parts.map(({ targets }) => targets) };
    }),
    ...branches.flatMap(({ split, targets }) =>
      split === undefined ? [] : [{ tensor: split, parts: targets.map((open) => [open]) }],
    ),
  ];
  const cut = [...a, ...b, ...factors].flatMap(({ parts }) => parts.map(({ tensor }) => tensor));
  return { a, b, factors, sections, tensors: new Set([...cut, ...sections.map(({ tensor }) => tensor)]) };
}

function isLinear({ targets }: Branch): boolean {
  return targets[0]!.traced.kind === "linear";
}

function isQuantised({ target, traced }: OpenTarget): boolean {
  return traced.quantised.has(target.output);
}

/** Those of the same width together, few enough for one Split; one alone stays an input of its own. */
function group<T>(
  side: string,
  all: readonly T[],
  part: (one: T) => Pack["parts"][number] & { readonly width: number },
): Pack[] {
  const widths = new Map<number, Pack["parts"][number][]>();
  for (const { width, ...own } of all.map(part)) {
    if (width > MOST_PACKED) continue;
    const others = widths.get(width);
    if (others === undefined) widths.set(width, [own]);
    else others.push(own);
  }
  return [...widths].flatMap(([width, parts]) =>
    chunks(parts, MOST_PARTS).map((own, i) => ({
      input: `banana-peel/${side}/${width}/${i}`,
      width,
      parts: own,
    })),
  );
}

/** Lists of at most `most`, about as long as each other, without those of one. */
function chunks<T>(all: readonly T[], most: number): T[][] {
  const size = Math.ceil(all.length / Math.ceil(all.length / most));
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
    all.slice(i * size, (i + 1) * size),
  ).filter(({ length }) => length > 1);
}

/**
 * The inputs in the place of those that are packed, and the nodes that cut the packs, which make tensors of the names of
 * the old inputs: A is turned round there, which onnxruntime fuses with its product.
 */
export function cutPacks(packs: Packs): {
  readonly inputs: NewInput[];
  readonly initializers: NewInitializer[];
  readonly nodes: NewNode[];
} {
  if (packs.sections.length === 0) return { inputs: [], initializers: [], nodes: [] };
  const lengths = packs.sections.map(({ parts }) => parts.length);
  const cuts = `${RANKS}/cuts`;
  const all = lengths.reduce((sum, length) => sum + length, 0);
  const nodes = [
    split(
      RANKS,
      cuts,
      packs.sections.map(({ tensor }) => tensor),
    ),
  ];
  const inputs: NewInput[] = [{ name: RANKS, dataType: DATA_TYPE.int64, dims: [all] }];
  for (const { input, width, parts } of [...packs.a, ...packs.b]) {
    inputs.push({ name: input, dataType: DATA_TYPE.float, dims: [`${input}/rank`, width] });
    const turn = packs.a.some((pack) => pack.input === input);
    const rows = parts.map(({ tensor }) => (turn ? `${tensor}/rows` : tensor));
    nodes.push(split(input, `${input}/rows`, rows));
    if (turn)
      for (const [i, { tensor }] of parts.entries())
        nodes.push({
          name: `${tensor}/turn`,
          opType: "Transpose",
          inputs: [rows[i]!],
          outputs: [tensor],
          lists: { perm: [1, 0] },
        });
  }
  for (const { input, parts } of packs.factors) {
    inputs.push({ name: input, dataType: DATA_TYPE.float, dims: [`${input}/rank`] });
    nodes.push(
      split(
        input,
        `${input}/rows`,
        parts.map(({ tensor }) => tensor),
      ),
    );
  }
  const sizes = BigInt64Array.from(lengths, BigInt);
  const bytes = new Uint8Array(sizes.buffer);
  return {
    inputs,
    nodes,
    initializers: [{ name: cuts, dataType: DATA_TYPE.int64, dims: [lengths.length], bytes }],
  };
}

function split(input: string, sizes: string, outputs: readonly string[]): NewNode {
  return { name: `${input}/cut`, opType: "Split", inputs: [input, sizes], outputs, ints: { axis: 0 } };
}

import { DATA_TYPE, type NewInitializer, type NewInput, type NewNode } from "@banana-peel/onnx";
import type { OpenTarget } from "../base/check-target.js";
import type { OpenGraph } from "../base/open-graph.js";
import type { SessionOptions } from "../ort.js";
import { type Branch, inputB, part } from "./branches.js";

/**
 * Least N of targets whose change is added in place. It takes four more nodes that cost some microseconds whatever the
 * size; of narrower layers the memory that is saved costs less.
 */
const LEAST_IN_PLACE = 1024;

/** Version of ONNX's operators from which Reshape takes a shape with a 0 in it, and Shape the first few sizes. */
const LEAST_OPSET = 15;

/** Execution providers whose FusedConv adds to a tensor in its own memory; both are onnxruntime's kernels for a processor. */
const IN_PLACE = new Set(["cpu", "wasm"]);

/** From which N on a session of these options adds changes in place; never where another provider may get the node. */
export function inPlaceFrom({ executionProviders = [] }: SessionOptions): number {
  const names = executionProviders.map((provider) =>
    typeof provider === "string" ? provider : provider.name,
  );
  return names.every((name) => IN_PLACE.has(name)) ? LEAST_IN_PLACE : Number.POSITIVE_INFINITY;
}

/**
 * Whether the changes of a branch's targets are added in place: all of them or none, for they share a product.
 * @param least least N of such targets
 */
export function isInPlace({ targets, valueType }: Branch, { model }: OpenGraph, least: number): boolean {
  if (valueType !== DATA_TYPE.float || (model.opsets.get("") ?? 0) < LEAST_OPSET) return false;
  return targets.every(
    ({ target: { n, input, output }, traced: { kind, quantised } }) =>
      kind === "linear" && n >= least && !quantised.has(input) && !quantised.has(output),
  );
}

const FLAT = (k: number) => `banana-peel/flat/${k}`;
const PLANE = (n: number) => `banana-peel/plane/${n}`;
const WIDTH = (n: number) => `banana-peel/width/${n}`;
const FIRST_AXIS = "banana-peel/first-axis";
const LAST_AXIS = "banana-peel/last-axis";

/**
 * A branch's input [..., K] as [rows, K], and the shapes [..., N] of what its targets give. They are read off the input:
 * a second reader of the layer's output would keep onnxruntime from writing over it.
 */
export function flatNodes({ a, k, input, targets }: Branch, flat: string): NewNode[] {
  const leading = `${a}/leading-sizes`;
  const widths = new Set(targets.map(({ target }) => target.n));
  return [
    { name: flat, opType: "Reshape", inputs: [input, FLAT(k)], outputs: [flat] },
    { name: leading, opType: "Shape", inputs: [input], outputs: [leading], ints: { end: -1 } },
    ...[...widths].map((n) => {
      const name = shapeOf(a, n);
      return { name, opType: "Concat", inputs: [leading, WIDTH(n)], outputs: [name], ints: { axis: 0 } };
    }),
  ];
}

const shapeOf = (a: string, n: number) => `${a}/shape/${n}`;

/** The product of a branch as planes [rows, R, 1], before it is split between its targets. */
export function planeNode(product: string, planes: string): NewNode {
  return { name: planes, opType: "Unsqueeze", inputs: [product, LAST_AXIS], outputs: [planes] };
}

/**
 * base output + low B in the base output's own memory: com.microsoft's FusedConv is W X + Z and may write to where Z
 * lies, if the shapes say that both are as large. A row is an output channel, W is low [rows, R, 1], X is B [1, R, N] and
 * Z the base output [1, rows, N]. MatMul and Add move three times as much: the product is written and read again.
 * @param packed whether B [R, N] comes from a pack; else it is fed as it is needed
 */
export function inPlaceNodes(
  { a }: Branch,
  { target: { path, n } }: OpenTarget,
  output: string,
  packed: boolean,
): NewNode[] {
  const node = (name: string, opType: string, inputs: string[], own: Partial<NewNode> = {}): NewNode => {
    return { name: part(path, name), opType, inputs, outputs: [part(path, name)], ...own };
  };
  const base = part(path, "base");
  const b = packed ? part(path, "B-plane") : inputB(path);
  return [
    ...(packed ? [node("B-plane", "Unsqueeze", [inputB(path), FIRST_AXIS])] : []),
    node("base-plane", "Reshape", [base, PLANE(n)]),
    node("sum-plane", "FusedConv", [b, part(path, "low"), "", part(path, "base-plane")], {
      domain: "com.microsoft",
      lists: { kernel_shape: [1] },
    }),
    node("sum", "Reshape", [part(path, "sum-plane"), shapeOf(a, n)], {
      outputs: [output],
      ints: { allowzero: 1 },
    }),
  ];
}

/** That the base output and the sum are of one size. */
export function inPlaceShapes({ a }: Branch, { target: { path, n } }: OpenTarget): NewInput[] {
  const dims = [1, `${a}/row-count`, n];
  return ["base-plane", "sum-plane"].map((name) => ({
    name: part(path, name),
    dataType: DATA_TYPE.float,
    dims,
  }));
}

/**
 * The constants that the nodes of these branches read.
 * @param packed as of inPlaceNodes, by the input that holds B
 */
export function inPlaceConstants(
  branches: readonly Branch[],
  packed: (input: string) => boolean,
): NewInitializer[] {
  const shapes = new Map<string, number[]>();
  if (branches.some(({ b }) => b.some(packed))) shapes.set(FIRST_AXIS, [0]);
  for (const { k, targets } of branches) {
    shapes.set(FLAT(k), [-1, k]);
    for (const {
      target: { n },
    } of targets)
      shapes.set(PLANE(n), [1, -1, n]).set(WIDTH(n), [n]);
    shapes.set(LAST_AXIS, [2]);
  }
  return [...shapes].map(([name, values]) => ({
    name,
    dataType: DATA_TYPE.int64,
    dims: [values.length],
    bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
  }));
}

import { expect, it } from "vitest";
import { readModel } from "../model/read-model.js";
import { graph, model, node, tensor } from "../testing/build.js";
import { inspectGraph } from "./inspect-graph.js";

const weight = (name: string) => tensor(name, 1, [2, 3], { raw: new Uint8Array(24) });
const product = (name: string, x: string, w: string, y: string) =>
  node({ name, op: "MatMul", inputs: [x, w], outputs: [y] });
const read = (nodes: Uint8Array[], initializers: Uint8Array[], functions = {}) =>
  readModel(model(graph({ nodes, initializers, inputs: ["x"], outputs: ["y"] }), functions), "t").graph;

it("names layers inside other nodes, whose weight is theirs or the graph's", () => {
  const inner = graph({
    nodes: [product("/a/MatMul", "x", "own", "h"), product("/b/MatMul", "x", "b.weight", "i")],
    initializers: [weight("own")],
    outputs: ["h"],
  });
  const outer = graph({
    nodes: [node({ name: "loop", op: "Loop", inputs: [], outputs: ["l"], graphs: [inner] })],
  });
  const branch = node({ name: "/if", op: "If", inputs: ["x"], outputs: ["y"], graphs: [outer] });
  const { found, doubts } = inspectGraph(read([branch], [weight("b.weight")]));
  expect(found).toEqual([]);
  const message = "expected a layer of the main graph, found one inside If /if";
  expect(doubts).toMatchObject([
    { reason: "unsupported", node: "/a/MatMul", weight: "own", dims: [2, 3], candidates: ["a"], message },
    { reason: "unsupported", node: "/b/MatMul", weight: "b.weight", candidates: ["b"], message },
  ]);
});

it("names calls of functions that hold a layer, and of no others", () => {
  const call = (name: string, op: string, x: string, y: string) =>
    node({ name, op, domain: "pkg", inputs: [x, "up.weight"], outputs: [y] });
  const functions = {
    linear: [product("mm", "x", "w", "y")],
    shape: [node({ op: "Shape", inputs: ["w"], outputs: ["y"] })],
  };
  const graph = read(
    [call("/up/linear", "linear", "x", "h"), call("s", "shape", "h", "y")],
    [weight("up.weight")],
    functions,
  );
  expect(inspectGraph(graph).doubts).toMatchObject([
    {
      reason: "unsupported",
      node: "/up/linear",
      operator: "linear",
      weight: "up.weight",
      candidates: ["up"],
    },
  ]);
});

it("names layers whose weight is a Constant node, and leaves out what a map leaves out", () => {
  const constant = node({ op: "Constant", inputs: [], outputs: ["w"], value: weight("v") });
  const graph = read([constant, product("/up/MatMul", "x", "w", "y")], []);
  const message = "expected its weight to be an initializer, found a Constant node";
  expect(inspectGraph(graph).doubts).toMatchObject([{ node: "/up/MatMul", candidates: ["up"], message }]);
  expect(inspectGraph(graph, { map: new Map([["/up/MatMul", null]]) }).doubts).toEqual([]);
});

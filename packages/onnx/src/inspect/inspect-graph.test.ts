import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readModel } from "../model/read-model.js";
import { graph, model, node, type TestNode, tensor } from "../testing/build.js";
import { inspectGraph } from "./inspect-graph.js";

const VECTORS = new URL("../../../conformance/vectors/inspect/", import.meta.url);

/** What the module of training/vectors/make_inspect_vectors.py is, written by hand. */
const PLAIN = ["blocks.0.attn.q_proj", "blocks.0.attn.out", "blocks.0.fc"];

describe("models as PyTorch's exporters and ONNX Runtime's quantisers write them", () => {
  const inspect = (name: string) => {
    const bytes = new Uint8Array(readFileSync(new URL(`${name}.onnx`, VECTORS)));
    const { found, doubts } = inspectGraph(readModel(bytes, name).graph);
    return { found: found.map(({ path }) => path), doubts };
  };
  const kinds = ["float", "dynamic", "nbits4", "nbits4-qdq"];

  it.each(kinds)(
    "torchscript-%s: all plain layers; q, k, v in one and a module that runs twice are doubts",
    (kind) => {
      const { found, doubts } = inspect(`torchscript-${kind}`);
      expect(found).toEqual(PLAIN);
      expect(doubts.filter(({ reason }) => reason === "fused").map(({ candidates }) => candidates)).toEqual([
        ["blocks.0.qkv"],
      ]);
      const twice = doubts.filter(({ candidates }) => candidates.includes("tied"));
      expect([twice.length, doubts.length]).toEqual([2, 3]);
    },
  );

  it("dynamo-float: by what the exporter noted", () => {
    const { found, doubts } = inspect("dynamo-float");
    expect(found).toEqual(PLAIN);
    expect(doubts.map(({ reason }) => reason)).toEqual(["fused", "path-taken", "path-taken"]);
  });

  it.each(kinds.slice(1))(
    "dynamo-%s: the quantiser drops the notes, so a layer without a bias has no name",
    (kind) => {
      const { found, doubts } = inspect(`dynamo-${kind}`);
      expect(found).toEqual(PLAIN.filter((path) => path !== "blocks.0.attn.out"));
      expect(doubts.map(({ reason }) => reason)).toEqual(["fused", "no-name", "path-taken", "path-taken"]);
      expect(doubts[1]).toMatchObject({ dims: expect.arrayContaining([32]), candidates: [] });
    },
  );

  it.each(kinds.slice(1))(
    "dynamo-%s: takes the names that the quantiser dropped from the model before",
    (kind) => {
      const graphOf = (name: string) =>
        readModel(new Uint8Array(readFileSync(new URL(`${name}.onnx`, VECTORS))), name).graph;
      const before = graphOf("dynamo-float");
      const { found, doubts } = inspectGraph(graphOf(`dynamo-${kind}`), { before });
      expect(found.map(({ path }) => path)).toEqual(PLAIN);
      expect(doubts.map(({ reason }) => reason)).toEqual(["fused", "path-taken", "path-taken"]);
      const wider = new Map(
        [...before.initializers].map(([name, tensor]) => [
          name,
          { ...tensor, dims: tensor.dims.map((size) => size + 1) },
        ]),
      );
      const other = inspectGraph(graphOf(`dynamo-${kind}`), { before: { ...before, initializers: wider } });
      expect(other.doubts.map(({ reason }) => reason)).toContain("no-name");
    },
  );

  it("takes a map for what is in doubt", () => {
    const bytes = new Uint8Array(readFileSync(new URL("dynamo-dynamic.onnx", VECTORS)));
    const map = new Map([
      ["node_linear_2_quant", "blocks.0.attn.out"],
      ["node_MatMul_1_quant", "blocks.0.qkv"],
      ["node_MatMul_14_quant", null],
    ]);
    const { found, doubts } = inspectGraph(readModel(bytes, "t").graph, { map });
    expect(found.map(({ path }) => path)).toEqual(expect.arrayContaining([...PLAIN, "blocks.0.qkv", "tied"]));
    expect(doubts).toEqual([]);
  });
});

describe("names that can't be trusted", () => {
  const floats = (count: number) => ({ raw: new Uint8Array(4 * count) });
  const inspect = (nodes: TestNode[], names: Record<string, number[]>) =>
    inspectGraph(
      readModel(
        model(
          graph({
            nodes: nodes.map(node),
            initializers: Object.entries(names).map(([name, dims]) =>
              tensor(name, 1, dims, floats(dims.reduce((a, b) => a * b, 1))),
            ),
            inputs: ["x"],
            outputs: [nodes.at(-1)!.outputs[0]!],
          }),
        ),
        "t",
      ).graph,
    );
  const matMul = (name: string, weight: string, output = "y", input = "x"): TestNode => ({
    name,
    op: "MatMul",
    inputs: [input, weight],
    outputs: [output],
  });

  it.each<[string, TestNode[], Record<string, number[]>, unknown]>([
    ["no name at all", [matMul("", "val_0")], { val_0: [4, 4] }, { reason: "no-name" }],
    [
      "no path in any name",
      [matMul("node_linear", "val_0")],
      { val_0: [4, 4] },
      { reason: "no-name", candidates: [] },
    ],
    [
      "a node and a weight that say different modules",
      [matMul("/a/q/MatMul", "a.k.weight")],
      { "a.k.weight": [4, 4] },
      { reason: "names-disagree", candidates: ["a.q", "a.k"] },
    ],
    [
      "a bias of another module",
      [
        matMul("/a/q/MatMul", "onnx::MatMul_1", "p"),
        { op: "Add", inputs: ["p", "a.v.bias"], outputs: ["y"] },
      ],
      { "onnx::MatMul_1": [4, 4], "a.v.bias": [4] },
      { reason: "names-disagree", candidates: ["a.q", "a.v"] },
    ],
    [
      "one weight of two layers",
      [matMul("/a/MatMul", "a.weight", "p"), matMul("/b/MatMul", "a.weight", "y", "p")],
      { "a.weight": [4, 4] },
      { reason: "shared-weight" },
    ],
    [
      "an output that is cut in three",
      [
        matMul("/a/in/MatMul", "onnx::MatMul_1", "p"),
        { op: "Reshape", inputs: ["p", "shape"], outputs: ["r"] },
        ...["q", "k", "v"].map((out): TestNode => ({ op: "Gather", inputs: ["r", "one"], outputs: [out] })),
      ],
      { "onnx::MatMul_1": [4, 12], shape: [3], one: [1] },
      { reason: "fused", candidates: ["a.in"] },
    ],
    [
      "onnxruntime-genai's packed projections",
      [matMul("/model/layers.0/attn/qkv_proj/MatMul", "model.layers.0.attn.qkv_proj.MatMul.weight")],
      { "model.layers.0.attn.qkv_proj.MatMul.weight": [4, 12] },
      { reason: "fused" },
    ],
    [
      "an operator of another kind",
      [
        {
          name: "/a/MatMul",
          op: "MatMulBnb4",
          domain: "com.microsoft",
          inputs: ["x", "a.weight"],
          outputs: ["y"],
        },
      ],
      { "a.weight": [4, 4] },
      { reason: "unsupported", message: expect.stringContaining("FP4 and NF4") },
    ],
  ])("%s", (_, nodes, names, expected) => {
    const { found, doubts } = inspect(nodes, names);
    expect(found).toEqual([]);
    expect(doubts[0]).toMatchObject(expected as object);
  });

  it("says nothing of products of computed tensors, and of a gated layer that is cut in two takes the module", () => {
    expect(inspect([matMul("/attn/MatMul", "x")], {})).toEqual({ found: [], doubts: [] });
    const gated: TestNode[] = [
      matMul("/ff/proj/MatMul", "ff.proj.weight", "p"),
      { op: "Split", inputs: ["p"], outputs: ["a", "b"] },
      { op: "Mul", inputs: ["a", "b"], outputs: ["y"] },
    ];
    expect(inspect(gated, { "ff.proj.weight": [4, 8] }).found).toMatchObject([{ path: "ff.proj" }]);
  });
});

import { DATA_TYPE, readModel } from "@banana-peel/onnx";
import { beforeAll, describe, expect, it } from "vitest";
import type { OpenTarget } from "../base/check-target.js";
import type { OpenGraph } from "../base/open-graph.js";
import type { PeelUse } from "../peel/types.js";
import type { Part } from "../plan/updates.js";
import { FakeOrt } from "../testing/fake-ort.js";
import { memoryBase } from "../testing/vectors.js";
import { attachFeeds } from "./attach-feeds.js";
import { attachEdits } from "./attach-model.js";

const { ort } = new FakeOrt();
const use = {} as PeelUse;

/** A graph in which q, k and v read x, and o reads y; as wide as their ranks are told apart. */
function graph(opset: number): OpenGraph {
  const bytes = memoryBase("channel-int8").files.get("model.onnx")!;
  const target = (path: string, input: string, outputNode: number) =>
    [
      path,
      {
        target: { path, input, k: 2, n: 3, output: `${path}.out` },
        traced: { kind: "linear", quantised: new Map(), outputs: [] },
        outputNode,
        valueType: DATA_TYPE.float,
      },
    ] as const;
  const targets = new Map([
    target("q", "x", 4),
    target("k", "x", 2),
    target("o", "y", 9),
    target("v", "x", 6),
  ]);
  const model = { ...readModel(bytes, "model"), opsets: new Map([["", opset]]) };
  return {
    name: "main",
    path: "",
    model,
    externalData: [],
    targets: targets as unknown as Map<string, OpenTarget>,
  };
}

const part = (path: string, rank: number, from: number, factor = 1): Part => ({
  use,
  factor,
  lowRank: {
    path,
    rank,
    k: 2,
    n: 3,
    a: Float32Array.from({ length: rank * 2 }, (_, i) => from + i),
    b: Float32Array.from({ length: rank * 3 }, (_, i) => -(from + i)),
  },
});

describe("targets that share an input", () => {
  let shared: OpenGraph;
  beforeAll(() => {
    shared = graph(17);
  });

  it("share one product with it, made behind the first of them", () => {
    const { inputs, nodesAfter } = attachEdits(shared);
    expect(inputs!.map(({ name, dims }) => `${name} ${dims.length}`)).toEqual([
      "banana-peel/q/A 2",
      "banana-peel/q/ranks 1",
      "banana-peel/q/B 2",
      "banana-peel/k/B 2",
      "banana-peel/v/B 2",
      "banana-peel/o/A 2",
      "banana-peel/o/B 2",
    ]);
    const ops = [...nodesAfter!].map(([at, nodes]) => [at, nodes.map(({ opType }) => opType)]);
    expect(Object.fromEntries(ops)).toEqual({
      2: ["MatMul", "Split", "MatMul", "Add"],
      4: ["MatMul", "Add"],
      6: ["MatMul", "Add"],
      9: ["MatMul", "MatMul", "Add"],
    });
  });

  it("feed A side by side, target by target, and how many columns are whose", () => {
    const attached = new Map([
      ["q", [part("q", 1, 1), part("q", 1, 5)]],
      ["v", [part("v", 2, 10, 0.5)]],
    ]);
    const feeds = attachFeeds(ort, shared, attached);
    expect(feeds["banana-peel/q/A"]!.dims).toEqual([2, 4]);
    expect([...(feeds["banana-peel/q/A"]!.data as Float32Array)]).toEqual([1, 5, 10, 12, 2, 6, 11, 13]);
    expect([...(feeds["banana-peel/q/ranks"]!.data as BigInt64Array)]).toEqual([2n, 0n, 2n]);
    expect(feeds["banana-peel/k/B"]!.dims).toEqual([0, 3]);
    expect([...(feeds["banana-peel/v/B"]!.data as Float32Array)]).toEqual([-5, -6, -7, -5.5, -6.5, -7.5]);
    expect(feeds["banana-peel/o/A"]!.dims).toEqual([2, 0]);
  });

  it("keep their tensors for peels that come back, and not those of other weights", () => {
    const q = part("q", 1, 1);
    const once = attachFeeds(ort, shared, new Map([["q", [q]]]));
    const half = attachFeeds(ort, shared, new Map([["q", [{ ...q, factor: 0.5 }]]]));
    const again = attachFeeds(ort, shared, new Map([["q", [{ ...q }]]]));
    for (const name of Object.keys(once)) expect(again[name]).toBe(once[name]);
    expect(half["banana-peel/q/A"]).toBe(once["banana-peel/q/A"]);
    expect(half["banana-peel/q/B"]).not.toBe(once["banana-peel/q/B"]);
    expect([...(half["banana-peel/q/B"]!.data as Float32Array)]).toEqual([-0.5, -1, -1.5]);
  });

  it("don't share where Split can't take its sizes from outside", () => {
    const { inputs, nodesAfter } = attachEdits(graph(12));
    expect(inputs!.filter(({ name }) => name.endsWith("/A"))).toHaveLength(4);
    expect([...nodesAfter!.values()].flat().some(({ opType }) => opType === "Split")).toBe(false);
  });
});

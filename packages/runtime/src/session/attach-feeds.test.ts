import { DATA_TYPE, readModel } from "@banana-peel/onnx";
import { describe, expect, it } from "vitest";
import type { OpenTarget } from "../base/check-target.js";
import type { OpenGraph } from "../base/open-graph.js";
import type { PeelUse } from "../peel/types.js";
import type { Part } from "../plan/updates.js";
import { FakeOrt } from "../testing/fake-ort.js";
import { memoryBase } from "../testing/vectors.js";
import { attachFeeds } from "./attach-feeds.js";
import { attachEdits } from "./attach-model.js";
import { MOST_PACKED } from "./packs.js";

const { ort } = new FakeOrt();
const use = {} as PeelUse;

/** A graph in which q, k and v read x, and o reads y; as wide as their ranks are told apart. */
function graph(opset: number, { k, n } = { k: 2, n: 3 }): OpenGraph {
  const bytes = memoryBase("channel-int8").files.get("model.onnx")!;
  const target = (path: string, input: string, outputNode: number) =>
    [
      path,
      {
        target: { path, input, k, n, output: `${path}.out` },
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
  it("share one product with it, made behind the first of them", () => {
    const { nodesAfter } = attachEdits(graph(17));
    const ops = [...nodesAfter!].map(([at, nodes]) => [at, nodes.map(({ opType }) => opType)]);
    expect(Object.fromEntries(ops)).toEqual({
      2: ["MatMul", "Split", "MatMul", "Add"],
      4: ["MatMul", "Add"],
      6: ["MatMul", "Add"],
      9: ["MatMul", "MatMul", "Add"],
    });
  });

  it("don't share where Split can't take its sizes from outside", () => {
    const { inputs, nodesAfter, nodesBefore } = attachEdits(graph(12));
    expect(inputs!.filter(({ name }) => name.endsWith("/A"))).toHaveLength(4);
    expect([...nodesAfter!.values()].flat().some(({ opType }) => opType === "Split")).toBe(false);
    expect(nodesBefore!.size).toBe(0);
  });
});

describe("branches' inputs", () => {
  const shared17 = graph(17);
  const names = (of: OpenGraph, only?: ReadonlySet<string>) =>
    attachEdits(of, only && { only }).inputs!.map(({ name, dims }) => `${name} [${dims.join(",")}]`);

  it("are packed by their width, and cut before the first node", () => {
    const packed = graph(17);
    expect(names(packed)).toEqual([
      "banana-peel/ranks [9]",
      "banana-peel/A/2/0 [banana-peel/A/2/0/rank,2]",
      "banana-peel/B/3/0 [banana-peel/B/3/0/rank,3]",
    ]);
    const cuts = attachEdits(packed).nodesBefore!.get(0)!;
    expect(cuts.map(({ opType, inputs }) => `${opType} ${inputs[0]}`)).toEqual([
      "Split banana-peel/ranks",
      "Split banana-peel/A/2/0",
      "Transpose banana-peel/q/A/rows",
      "Transpose banana-peel/o/A/rows",
      "Split banana-peel/B/3/0",
    ]);
  });

  it("go in several packs where one Split would be too much for WebGPU", () => {
    const many = graph(17);
    const [, q] = [...many.targets][0]!;
    for (let i = 0; i < 11; i++)
      (many.targets as Map<string, OpenTarget>).set(`e${i}`, {
        ...q,
        target: { ...q.target, path: `e${i}`, input: `e${i}`, output: `e${i}.out` },
      });
    expect(names(many).map((name) => name.split(" ")[0])).toEqual([
      "banana-peel/ranks",
      "banana-peel/A/2/0",
      "banana-peel/A/2/1",
      "banana-peel/B/3/0",
      "banana-peel/B/3/1",
      "banana-peel/B/3/2",
    ]);
    const cuts = attachEdits(many)
      .nodesBefore!.get(0)!
      .filter(({ opType }) => opType === "Split");
    expect(cuts.slice(1).map(({ outputs }) => outputs.length)).toEqual([7, 6, 5, 5, 5]);
  });

  it("stand alone where they are wide, alone of their width, or asked for by target", () => {
    const wide = graph(17, { k: MOST_PACKED + 1, n: MOST_PACKED });
    const rank = "banana-peel/rank";
    expect(names(wide)).toEqual([
      "banana-peel/ranks [7]",
      "banana-peel/B/768/0 [banana-peel/B/768/0/rank,768]",
      "banana-peel/q/A [769,banana-peel/q/A/rank]",
      `banana-peel/o/A [769,${rank}/o]`,
    ]);
    expect(names(graph(17), new Set(["o"]))).toEqual([
      `banana-peel/o/A [2,${rank}/o]`,
      `banana-peel/o/B [${rank}/o,3]`,
    ]);
  });

  it("take A target by target, B with the factors in it, and how many rows are whose", () => {
    const attached = new Map([
      ["q", [part("q", 1, 1), part("q", 1, 5)]],
      ["v", [part("v", 2, 10, 0.5)]],
    ]);
    const feeds = attachFeeds(ort, shared17, attached);
    const rows = (name: string) => [...(feeds[name]!.data as Float32Array)];
    expect(feeds["banana-peel/A/2/0"]!.dims).toEqual([4, 2]);
    expect(rows("banana-peel/A/2/0")).toEqual([1, 2, 5, 6, 10, 11, 12, 13]);
    expect(feeds["banana-peel/B/3/0"]!.dims).toEqual([4, 3]);
    expect(rows("banana-peel/B/3/0")).toEqual([-1, -2, -3, -5, -6, -7, -5, -6, -7, -5.5, -6.5, -7.5]);
    // A of q, k and v together, of o; B of q, k, v, o; and again of those that share a product.
    expect([...(feeds["banana-peel/ranks"]!.data as BigInt64Array)]).toEqual(
      [4, 0, 2, 0, 2, 0, 2, 0, 2].map(BigInt),
    );
  });

  it("take A side by side where it stands alone", () => {
    const wide = graph(17, { k: MOST_PACKED + 1, n: 3 });
    const ones = { ...part("q", 1, 1).lowRank, k: MOST_PACKED + 1, a: new Float32Array(769).fill(1) };
    const twos = { ...ones, a: new Float32Array(769).fill(2) };
    const q = [ones, twos].map((lowRank) => ({ use, factor: 1, lowRank }));
    const { "banana-peel/q/A": a, "banana-peel/o/A": o } = attachFeeds(ort, wide, new Map([["q", q]]));
    expect(a!.dims).toEqual([769, 2]);
    expect([...(a!.data as Float32Array).subarray(0, 4)]).toEqual([1, 2, 1, 2]);
    expect(o!.dims).toEqual([769, 0]);
  });

  it("keep A for peels that come back with other weights", () => {
    const q = part("q", 1, 1);
    const once = attachFeeds(ort, shared17, new Map([["q", [q]]]));
    const half = attachFeeds(ort, shared17, new Map([["q", [{ ...q, factor: 0.5 }]]]));
    expect(half["banana-peel/A/2/0"]).toBe(once["banana-peel/A/2/0"]);
    expect(half["banana-peel/ranks"]).toBe(once["banana-peel/ranks"]);
    expect([...(half["banana-peel/B/3/0"]!.data as Float32Array)]).toEqual([-0.5, -1, -1.5]);
  });

  it("of wide layers have the factors beside B, which is kept for peels that come back with other weights", () => {
    const wide = graph(17, { k: 2048, n: 2048 });
    expect(names(wide).slice(0, 3)).toEqual([
      "banana-peel/ranks [5]",
      "banana-peel/factors/0 [banana-peel/factors/0/rank]",
      "banana-peel/q/A [2048,banana-peel/q/A/rank]",
    ]);
    expect(names(graph(17, { k: 2048, n: 2048 }), new Set(["o"]))).toEqual([
      "banana-peel/o/A [2048,banana-peel/rank/o]",
      "banana-peel/o/factors [banana-peel/rank/o]",
      "banana-peel/o/B [banana-peel/rank/o,2048]",
    ]);
    const lowRank = { ...part("q", 1, 1).lowRank, k: 2048, n: 2048, b: new Float32Array(2048).fill(3) };
    const fed = (q: number, v: number) =>
      attachFeeds(
        ort,
        wide,
        new Map([
          ["q", [{ use, factor: q, lowRank }]],
          ["v", [{ use, factor: v, lowRank: { ...lowRank, path: "v" } }]],
        ]),
      );
    const [once, half] = [fed(1, 2), fed(0.5, -1)];
    expect([...(once["banana-peel/factors/0"]!.data as Float32Array)]).toEqual([1, 2]);
    expect([...(half["banana-peel/factors/0"]!.data as Float32Array)]).toEqual([0.5, -1]);
    expect(half["banana-peel/q/B"]).toBe(once["banana-peel/q/B"]);
    expect([...(half["banana-peel/q/B"]!.data as Float32Array).subarray(0, 2)]).toEqual([3, 3]);
    expect(half["banana-peel/k/B"]!.dims).toEqual([0, 2048]);
  });
});

import { DATA_TYPE, type NewNode, readModel } from "@banana-peel/onnx";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { checkedFiles } from "../base/check-files.js";
import { type OpenGraph, openGraph } from "../base/open-graph.js";
import type { Feeds } from "../ort.js";
import type { PeelUse } from "../peel/types.js";
import type { Part } from "../plan/updates.js";
import { baseFolder, FORMS, memoryBase } from "../testing/vectors.js";
import { attachFeeds } from "./attach-feeds.js";
import { attachEdits, attachModel } from "./attach-model.js";
import { inPlaceFrom } from "./in-place.js";

async function open(form: string): Promise<OpenGraph> {
  const memory = memoryBase(form);
  return openGraph(memory.card, "main", checkedFiles(memory.card, memory), undefined);
}

/** Parts of these ranks, one below the other, on every target. */
function parts(graph: OpenGraph, ranks: readonly number[]): Map<string, Part[]> {
  return new Map(
    [...graph.targets].map(([path, { target }]) => {
      const { k, n } = target;
      const all = ranks.map((rank, i) => ({
        use: {} as PeelUse,
        factor: i + 1,
        lowRank: {
          path,
          rank,
          k,
          n,
          a: Float32Array.from({ length: rank * k }, (_, j) => 0.1 * Math.sin(j + i)),
          b: Float32Array.from({ length: rank * n }, (_, j) => 0.1 * Math.cos(j + i)),
        },
      }));
      return [path, all];
    }),
  );
}

async function sessionOf(form: string, graph: OpenGraph, least: number) {
  const session = await ort.InferenceSession.create(attachModel(graph, least), {
    graphOptimizationLevel: "all",
    intraOpNumThreads: 1,
    extra: { session: { model_external_initializers_file_folder_path: baseFolder(form) } },
  });
  return async (feeds: Feeds) => {
    const results = await session.run(feeds as ort.InferenceSession.OnnxValueMapType);
    return Object.values(results).map(({ data, dims }) => ({ data: (data as Float32Array).slice(), dims }));
  };
}

const operators = (nodes: ReadonlyMap<number, readonly NewNode[]>) =>
  [...nodes.values()].flat().map(({ opType }) => opType);

describe.each(FORMS)("changes added in place to %s", (form) => {
  it("are the product and the sum, at every rank and shape, in one session", async () => {
    const graph = await open(form);
    const inPlace = await sessionOf(form, graph, 1);
    const plain = await sessionOf(form, graph, Number.POSITIVE_INFINITY);
    expect(operators(attachEdits(graph, { inPlaceFrom: 1 }).nodesAfter!)).toContain("FusedConv");
    const off = await plain({ x: input([2, 4, 24]), ...attachFeeds(ort, graph, new Map()) });
    for (const dims of [
      [0, 4, 24],
      [1, 4, 24],
      [2, 4, 24],
      [9, 4, 24],
    ])
      for (const ranks of [[], [1], [8], [3, 5], [40]]) {
        const feeds = (least?: number) => {
          return { x: input(dims), ...attachFeeds(ort, graph, parts(graph, ranks), { inPlaceFrom: least }) };
        };
        const [found, expected] = [await inPlace(feeds(1)), await plain(feeds())];
        expect(found.map((output) => output.dims)).toEqual(expected.map((output) => output.dims));
        for (const [i, { data }] of found.entries()) {
          const wanted = expected[i]!.data;
          const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
          // float32 sums in another order; behind the first layer one may round an activation to the next of 255 values.
          const tolerance = i === 0 || form === "float-activations" ? 1e-5 : 2e-2;
          for (const [j, value] of data.entries())
            expect(Math.abs(value - wanted[j]!)).toBeLessThan(tolerance * largest);
          if (ranks.length === 0) expect(data).toEqual(wanted);
          else if (dims[0] === 2) expect(data).not.toEqual(off[i]!.data);
        }
      }
  });
});

const input = (dims: number[]) =>
  new ort.Tensor(
    "float32",
    Float32Array.from({ length: dims.reduce((all, size) => all * size, 1) }, (_, i) => Math.sin(i)),
    dims,
  );

it("onnxruntime may add in place: one reader of the base's output, and a sum of its size", async () => {
  const graph = await open("channel-int8");
  const added = [...attachEdits(graph, { inPlaceFrom: 1 }).nodesAfter!.values()].flat();
  const { values } = readModel(attachModel(graph, 1), "model").graph;
  for (const { target } of graph.targets.values()) {
    const [base, sum] = ["base-plane", "sum-plane"].map((name) =>
      values.get(`banana-peel/${target.path}/${name}`),
    );
    expect(base).toMatchObject({ dataType: DATA_TYPE.float, dims: sum!.dims });
    expect(sum!.dims).toHaveLength(3);
    const readers = added.filter(({ inputs }) => inputs.includes(`banana-peel/${target.path}/base`));
    expect(readers.map(({ opType }) => opType)).toEqual(["Reshape"]);
  }
});

it("only wide targets are added in place, and only on a processor", () => {
  const wide = inPlaceFrom({});
  expect(wide).toBeLessThan(Number.POSITIVE_INFINITY);
  expect(inPlaceFrom({ executionProviders: ["cpu"] })).toBe(wide);
  expect(inPlaceFrom({ executionProviders: [{ name: "wasm" }] })).toBe(wide);
  expect(inPlaceFrom({ executionProviders: ["webgpu", "wasm"] })).toBe(Number.POSITIVE_INFINITY);
});

it("branches are of ONNX's own operators unless asked", async () => {
  const { nodesAfter } = attachEdits(await open("channel-int8"));
  expect(operators(nodesAfter!)).not.toContain("FusedConv");
  expect([...nodesAfter!.values()].flat().every(({ domain }) => domain === undefined)).toBe(true);
});

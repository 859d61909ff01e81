import { describe, expect, it } from "vitest";
import { readModel } from "../model/read-model.js";
import { linear, tensor } from "../testing/build.js";
import { traceTarget } from "./trace.js";

const trace = (...change: Parameters<typeof linear>) =>
  traceTarget(readModel(linear(...change), "t").graph, "mm");

const zero = (dataType: number, int32: number[]) => tensor("xz", dataType, [], { int32 });
const outside = tensor("xz", 3, [], { external: { location: "z.bin", offset: "0", length: "1" } });

describe("traceTarget", () => {
  it("finds the weight, its grid, and both ends of a branch", () => {
    expect(trace()).toEqual({
      node: 3,
      operator: "MatMul",
      kind: "linear",
      quantised: new Map(),
      form: "qdq",
      layout: "kn",
      weight: "w",
      scale: "ws",
      zeroPoint: undefined,
      axis: 1,
      blockSize: undefined,
      reader: 2,
      inputs: ["xd", "x"],
      outputs: ["product", "y"],
    });
  });

  it("ends at the product when others read it, or when what is added is no constant", () => {
    expect(trace(({ outputs }) => outputs.push("product")).outputs).toEqual(["product"]);
    expect(trace(({ nodes }) => (nodes[4]!.inputs = ["x", "product"])).outputs).toEqual(["product"]);
  });

  it.each<[string, string[], Parameters<typeof linear>[0]]>([
    ["no zero point", ["xd"], ({ nodes }) => (nodes[0]!.inputs = ["x", "s"])],
    ["int8's least", ["xd"], ({ initializers }) => (initializers[1] = zero(3, [-128]))],
    ["int8's largest", ["xd"], ({ initializers }) => (initializers[1] = zero(3, [127]))],
    ["uint8's least", ["xd"], ({ initializers }) => (initializers[1] = zero(2, [0]))],
    ["uint16's least", ["xd"], ({ initializers }) => (initializers[1] = zero(4, [0]))],
    ["one that is elsewhere", ["xd"], ({ initializers }) => (initializers[1] = outside)],
    ["one between", ["xd", "x"], ({ initializers }) => (initializers[1] = zero(2, [1]))],
    ["int16's middle", ["xd", "x"], ({ initializers }) => (initializers[1] = zero(5, [0]))],
    [
      "uint8's least, behind a Relu that is there",
      ["xd", "relu"],
      ({ nodes, initializers }) => {
        nodes[0]!.inputs = ["relu", "s", "xz"];
        initializers[1] = zero(2, [0]);
        nodes.unshift({ name: "r", op: "Relu", inputs: ["x"], outputs: ["relu"] });
      },
    ],
  ])("knows a grid that may stand for Relu by its zero point: %s", (_, inputs, change) => {
    expect(trace(change).inputs).toEqual(inputs);
  });

  it("counts a negative axis from the front", () => {
    expect(trace(({ nodes }) => (nodes[2]!.ints = { axis: -1 })).axis).toBe(1);
  });

  it.each<[string, Parameters<typeof linear>[0]]>([
    ["a missing node", ({ nodes }) => (nodes[3]!.name = "other")],
    ["a name twice", ({ nodes }) => (nodes[4]!.name = "mm")],
    ["another operator", ({ nodes }) => (nodes[3]!.op = "Einsum")],
    ["a float weight", ({ nodes }) => (nodes[3]!.inputs = ["xd", "bias"])],
    ["a weight that is computed", ({ nodes }) => (nodes[2]!.inputs = ["xq", "ws"])],
    ["blocks along N", ({ nodes }) => (nodes[2]!.ints = { axis: 1, block_size: 32 })],
    ["blocks of a negative size", ({ nodes }) => (nodes[2]!.ints = { axis: 0, block_size: -1 })],
    [
      "a weight that another layer reads",
      ({ nodes }) => nodes.push({ name: "tied", op: "Relu", inputs: ["w"], outputs: ["tied"] }),
    ],
    [
      "dequantised weights that another layer reads",
      ({ nodes }) => nodes.push({ name: "tied", op: "Relu", inputs: ["wd"], outputs: ["tied"] }),
    ],
  ])("refuses %s", (_, change) => {
    expect(() => trace(change)).toThrow(expect.objectContaining({ code: "ONNX_UNSUPPORTED" }));
  });
});

import { describe, expect, it } from "vitest";
import { readModel } from "../model/read-model.js";
import { graph, model, node, type TestNode, tensor } from "../testing/build.js";
import { traceTarget } from "./trace.js";

type Parts = { nodes: TestNode[]; outputs: string[] };
const MS = "com.microsoft";

/** Traces the node mm of a graph of these nodes; w is [2,3], s and z its scale and zero point. */
function trace(nodes: TestNode[], change: (parts: Parts) => void = () => {}) {
  const parts: Parts = { nodes, outputs: [nodes.at(-1)!.outputs[0]!] };
  change(parts);
  const initializers = [
    tensor("w", 2, [2, 3], { raw: new Uint8Array(6) }),
    tensor("s", 1, [], { raw: new Uint8Array(4) }),
    tensor("z", 2, [], { raw: new Uint8Array(1) }),
  ];
  const bytes = model(
    graph({ nodes: parts.nodes.map(node), initializers, inputs: ["x"], outputs: parts.outputs }),
  );
  return traceTarget(readModel(bytes, "t").graph, "mm");
}

const unsupported = (message: RegExp) =>
  expect.objectContaining({ code: "ONNX_UNSUPPORTED", where: "mm", message: expect.stringMatching(message) });

describe("MatMulNBits", () => {
  const nbits = (ints: Record<string, number> = {}, inputs = ["x", "w", "s"]): TestNode[] => [
    {
      name: "mm",
      op: "MatMulNBits",
      domain: MS,
      inputs,
      outputs: ["y"],
      ints: { K: 2, N: 3, bits: 4, block_size: 32, ...ints },
    },
  ];

  it("says its sizes and parts", () => {
    expect(trace(nbits({}, ["x", "w", "s", "z"]))).toMatchObject({
      form: "matmulnbits",
      layout: "nk",
      blockSize: 32,
      weight: "w",
      scale: "s",
      zeroPoint: "z",
      attributes: { k: 2, n: 3, bits: 4 },
    });
  });

  it.each<[string, TestNode[], RegExp]>([
    ["3 bits", nbits({ bits: 3 }), /2, 4 or 8 bits, found 3/],
    ["blocks of 24", nbits({ block_size: 24 }), /power of two of at least 16 .*, found 24/],
    ["blocks of 8", nbits({ block_size: 8 }), /power of two of at least 16 .*, found 8/],
    ["blocks beyond 32 bits", nbits({ block_size: 2 ** 40 + 1 }), /power of two/],
    ["a K of 0", nbits({ K: 0 }), /K of at least 1, found 0/],
    ["a negative N", nbits({ N: -3 }), /N of at least 1, found -3/],
    ["g_idx", nbits({}, ["x", "w", "s", "", "z"]), /g_idx/],
    ["no scales", nbits({}, ["x", "w"]), /expected scales/],
    ["a weight that is fed", nbits({}, ["w", "x", "s"]), /computed tensor/],
  ])("refuses %s", (_, nodes, message) => {
    expect(() => trace(nodes)).toThrow(unsupported(message));
  });
});

describe("MatMulInteger", () => {
  const integer = (): TestNode[] => [
    { name: "q", op: "DynamicQuantizeLinear", inputs: ["x"], outputs: ["xq", "xs", "xz"] },
    { name: "scales", op: "Mul", inputs: ["xs", "s"], outputs: ["both"] },
    { name: "mm", op: "MatMulInteger", inputs: ["xq", "w", "xz", "z"], outputs: ["sums"] },
    { name: "cast", op: "Cast", inputs: ["sums"], outputs: ["floats"] },
    { name: "mul", op: "Mul", inputs: ["floats", "both"], outputs: ["y"] },
  ];

  it("finds its scale through the graph, and the float ends", () => {
    const found = { form: "integer", scale: "s", zeroPoint: "z", inputs: ["x"], outputs: ["y"] };
    expect(trace(integer())).toMatchObject(found);
    const apart = integer();
    apart[1] = { name: "first", op: "Relu", inputs: ["x"], outputs: ["both"] };
    apart.splice(4, 1, { op: "Mul", inputs: ["floats", "xs"], outputs: ["half"] });
    apart.push({ op: "Mul", inputs: ["s", "half"], outputs: ["y"] });
    expect(trace(apart)).toMatchObject(found);
  });

  it.each<[string, (nodes: TestNode[]) => void, RegExp]>([
    [
      "sums that others read",
      (n) => n.push({ op: "Relu", inputs: ["sums"], outputs: ["r"] }),
      /Cast behind it/,
    ],
    ["no Cast", (n) => (n[3]!.op = "Relu"), /Cast behind it, found Relu/],
    ["no scale", (n) => (n[4]!.op = "Add"), /Mul by the weight's scale/],
    ["a scale that is computed otherwise", (n) => (n[1]!.inputs = ["xs", "x"]), /Mul by the weight's scale/],
    [
      "an input that isn't quantised",
      (n) => (n[2]!.inputs[0] = "x"),
      /to make its first input, found no node/,
    ],
    ["a weight twice", (n) => n.push({ op: "Relu", inputs: ["w"], outputs: ["r"] }), /by this layer only/],
  ])("refuses %s", (_, change, message) => {
    const nodes = integer();
    change(nodes);
    expect(() => trace(nodes)).toThrow(unsupported(message));
  });
});

describe("Gemm and Transpose", () => {
  const gemm = (ints: Record<string, number> = {}): TestNode[] => [
    { name: "dq", op: "DequantizeLinear", inputs: ["w", "s", "z"], outputs: ["wd"] },
    { name: "mm", op: "Gemm", inputs: ["x", "wd"], outputs: ["y"], ints },
  ];

  it("knows the order of the stored weight", () => {
    expect(trace(gemm()).layout).toBe("kn");
    expect(trace(gemm({ transB: 1 })).layout).toBe("nk");
    const turned = gemm({ transB: 1 });
    turned[1]!.inputs[1] = "wt";
    turned.splice(1, 0, { op: "Transpose", inputs: ["wd"], outputs: ["wt"] });
    expect(trace(turned)).toMatchObject({ layout: "kn", reader: 0 });
    const plain = [{ name: "mm", op: "MatMul", inputs: ["x", "w"], outputs: ["y"] }];
    expect(trace(plain)).toMatchObject({ form: "float", layout: "kn", weight: "w", scale: undefined });
  });

  it("refuses a transposed input", () => {
    expect(() => trace(gemm({ transA: 1 }))).toThrow(unsupported(/transA 0/));
  });

  it("refuses a Transpose that others read", () => {
    const shared = gemm();
    shared[1]!.inputs[1] = "wt";
    shared.splice(1, 0, { op: "Transpose", inputs: ["wd"], outputs: ["wt"] });
    shared.push({ op: "Relu", inputs: ["wt"], outputs: ["r"] });
    expect(() => trace(shared)).toThrow(unsupported(/wt to be read by this layer only/));
  });
});

it.each([
  ["MatMulBnb4", MS, /found com.microsoft MatMulBnb4: .*FP4 and NF4/],
  ["MatMulFpQ4", MS, /found com.microsoft MatMulFpQ4: .*format of its own/],
  ["Attention", MS, /found com.microsoft Attention: its weight holds q, k and v side by side/],
  ["QAttention", MS, /q, k and v side by side/],
  ["QMoE", MS, /many experts/],
  ["FusedConv", MS, /optimiser fused it/],
  ["LSTM", "", /gates share one weight/],
  ["MatMulNBits", "", /found MatMulNBits$/],
  ["MatMul", MS, /found com.microsoft MatMul$/],
])("refuses %s of the domain '%s', with the reason", (op, domain, message) => {
  const nodes = [{ name: "mm", op, domain, inputs: ["x", "w", "s"], outputs: ["y"] }];
  expect(() => trace(nodes)).toThrow(unsupported(message));
});

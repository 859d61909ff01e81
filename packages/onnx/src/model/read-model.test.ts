import { isBananaError } from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import { Chunks } from "../edit/chunks.js";
import { ONNX_LIMITS } from "../limits.js";
import { TENSOR } from "../proto/fields.js";
import { graph, linear, model, node, tensor } from "../testing/build.js";
import { FORMS, vectorBytes } from "../testing/vectors.js";
import { readModel, readModelInTurns } from "./read-model.js";

/** The code of what `work` throws. */
function code(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isBananaError(error)) return error.code;
    throw error;
  }
  return "nothing thrown";
}

const read = (bytes: Uint8Array) => readModel(bytes, "test.onnx");
const withTensor = (bytes: Uint8Array) => model(graph({ initializers: [bytes] }));

describe("readModel", () => {
  it.each(FORMS)("reads %s as the onnx package wrote it", (form) => {
    const { graph: found, opsets } = read(vectorBytes(`merge/${form}/model.onnx`));
    expect(opsets.get("")).toBe(17);
    expect(found.inputs).toEqual([{ name: "x", dataType: 1, dims: ["batch", 4, 24] }]);
    expect(found.outputs).toHaveLength(2);
    expect(found.nodes.map(({ opType }) => opType)).toContain("MatMul");
    const weight = found.initializers.get("layers.0.up.weight_quantized")!;
    expect(weight.dims).toEqual([24, 40]);
    expect(weight.dataType).toBe(form.includes("uint8") ? 2 : 3);
  });

  it("reads the same in turns, pausing between parts, and throws what the pause throws", async () => {
    const bytes = vectorBytes("merge/tensor-int8/model.onnx");
    let pauses = 0;
    expect(await readModelInTurns(bytes, "test.onnx", async () => void pauses++)).toEqual(read(bytes));
    expect(pauses).toBeGreaterThan(read(bytes).graph.nodes.length);
    expect(await readModelInTurns(bytes, "test.onnx", () => undefined)).toEqual(read(bytes));
    const stop = readModelInTurns(bytes, "test.onnx", () => Promise.reject(new Error("stop")));
    await expect(stop).rejects.toThrow("stop");
    const cut = readModelInTurns(bytes.subarray(0, 500), "test.onnx", () => undefined);
    await expect(cut).rejects.toMatchObject({ code: "ONNX_INVALID" });
  });

  it("gives weights as views of the file, without a copy", () => {
    const bytes = vectorBytes("merge/tensor-int8/model.onnx");
    const { data } = read(bytes).graph.initializers.get("layers.0.up.weight_quantized")!;
    expect(data.kind === "raw" && data.bytes.buffer === bytes.buffer).toBe(true);
  });

  it("knows what graphs inside a node read from outside", () => {
    const body = graph({
      nodes: [node({ op: "Add", inputs: ["x", "inner"], outputs: ["sum"] })],
      initializers: [tensor("inner", 1, [], { raw: new Uint8Array(4) })],
      outputs: ["sum"],
    });
    const { graph: found } = read(
      model(
        graph({
          nodes: [node({ op: "If", inputs: ["c"], outputs: ["y"], graphs: [body] })],
          inputs: ["x", "c"],
          outputs: ["y"],
        }),
      ),
    );
    expect(found.nodes[0]!.captured).toEqual(["x"]);
    expect(found.consumers.get("x")).toEqual([0]);
  });

  it("refuses a model that is cut short at any byte, in bounded time", () => {
    const whole = linear();
    expect(() => read(whole)).not.toThrow();
    const codes = new Set<string>();
    for (let length = 0; length < whole.length; length++)
      codes.add(code(() => read(whole.subarray(0, length))));
    expect([...codes]).toEqual(["ONNX_INVALID"]);
  });

  it("reads or refuses with a code whatever byte is changed", () => {
    const whole = linear();
    const allowed = new Set(["nothing thrown", "ONNX_INVALID", "ONNX_LIMIT", "ONNX_LOCATION"]);
    for (let i = 0; i < whole.length; i++)
      for (const value of [0, 0x7f, 0x80, 0xff]) {
        const changed = whole.slice();
        changed[i] = value;
        expect(allowed).toContain(code(() => read(changed)));
      }
  });

  it.each<[string, string, Uint8Array]>([
    ["no bytes", "ONNX_INVALID", new Uint8Array(0)],
    ["text", "ONNX_INVALID", new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\n")],
    [
      "a cycle",
      "ONNX_INVALID",
      model(
        graph({
          nodes: [
            node({ op: "Relu", inputs: ["b"], outputs: ["a"] }),
            node({ op: "Relu", inputs: ["a"], outputs: ["b"] }),
          ],
        }),
      ),
    ],
    [
      "a tensor made twice",
      "ONNX_INVALID",
      model(
        graph({
          inputs: ["x"],
          nodes: [
            node({ op: "Relu", inputs: ["x"], outputs: ["a"] }),
            node({ op: "Relu", inputs: ["x"], outputs: ["a"] }),
          ],
        }),
      ),
    ],
    ["an output that nothing makes", "ONNX_INVALID", model(graph({ outputs: ["y"] }))],
    [
      "two graphs",
      "ONNX_INVALID",
      new Uint8Array([...model(graph({ inputs: ["x"] })), 0x3a, 0x02, 0x12, 0x00]),
    ],
    ["sizes beyond any memory", "ONNX_LIMIT", withTensor(tensor("w", 3, [2 ** 40, 2 ** 40], {}))],
    ["a size that leaves doubles", "ONNX_INVALID", withTensor(tensor("w", 3, [2 ** 60], {}))],
    ["a negative size", "ONNX_INVALID", withTensor(tensor("w", 3, [-1], {}))],
    ["too many dimensions", "ONNX_LIMIT", withTensor(tensor("w", 3, Array(65).fill(1), {}))],
    ["a name beyond the limit", "ONNX_LIMIT", withTensor(tensor("n".repeat(4097), 3, [], {}))],
    ["too few raw bytes", "ONNX_INVALID", withTensor(tensor("w", 3, [3], { raw: new Uint8Array(2) }))],
    [
      "elements in two places",
      "ONNX_INVALID",
      withTensor(tensor("w", 3, [2], { raw: new Uint8Array(2), int32: [1, 2] })),
    ],
    ["more numbers than elements", "ONNX_INVALID", withTensor(tensor("w", 3, [1], { int32: [1, 2] }))],
    [
      "a name twice",
      "ONNX_INVALID",
      model(graph({ initializers: [tensor("w", 3, [0], {}), tensor("w", 3, [0], {})] })),
    ],
  ])("refuses %s with %s", (_, expected, bytes) => {
    expect(code(() => read(bytes))).toBe(expected);
  });

  it.each([
    "../model.data",
    "a/../../b",
    "/etc/passwd",
    "C:\\data",
    "",
    ".",
    "a//b",
    "a\\b",
    "http://x/y",
    "a\0b",
    ".hidden",
    "-rf",
  ])("refuses external data at %j", (location) => {
    const bytes = withTensor(tensor("w", 3, [2], { external: { location } }));
    expect(code(() => read(bytes))).toBe("ONNX_LOCATION");
  });

  it("takes a leading ./ of a location for nothing, and the length from the shape", () => {
    const bytes = withTensor(tensor("w", 3, [2], { external: { location: "./w.data", offset: "4" } }));
    expect(read(bytes).graph.initializers.get("w")!.data).toEqual({
      kind: "external",
      external: { location: "w.data", offset: 4, length: 2 },
    });
  });

  it.each<Record<string, string>>([
    { offset: "-1" },
    { offset: "1e9" },
    { offset: "9".repeat(40) },
    { length: "3" },
  ])("refuses external data with %j", (entries) => {
    const bytes = withTensor(tensor("w", 3, [2], { external: { location: "w", ...entries } }));
    expect(code(() => read(bytes))).toBe("ONNX_INVALID");
  });

  it("refuses graphs nested beyond the limit instead of exhausting the stack", () => {
    let inner = graph({});
    for (let depth = 0; depth < 200; depth++)
      inner = graph({ nodes: [node({ op: "If", inputs: [], outputs: [], graphs: [inner] })] });
    expect(code(() => read(model(inner)))).toBe("ONNX_LIMIT");
  });

  it("refuses unknown groups nested beyond the limit", () => {
    const groups = new Uint8Array(100_000).fill(0xfb, 0, 100_000);
    for (let i = 1; i < groups.length; i += 2) groups[i] = 0x01;
    expect(code(() => read(groups))).toBe("ONNX_INVALID");
  });

  it("reads a graph of 20,000 nodes in bounded time", () => {
    const nodes = Array.from({ length: 20_000 }, (_, i) =>
      node({ op: "Relu", inputs: [i === 0 ? "x" : `t${i - 1}`], outputs: [`t${i}`] }),
    );
    const bytes = model(graph({ nodes, inputs: ["x"], outputs: ["t19999"] }));
    const start = performance.now();
    expect(read(bytes).graph.nodes).toHaveLength(20_000);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it("refuses a million nodes in bounded time and memory", () => {
    const one = graph({ nodes: [node({ name: "n", op: "Relu", inputs: ["x"], outputs: ["y"] })] });
    const many = new Uint8Array(one.length * 1_000_000);
    for (let i = 0; i < 1_000_000; i++) many.set(one, i * one.length);
    const bytes = model(many);
    const start = performance.now();
    expect(code(() => read(bytes))).toBe("ONNX_LIMIT");
    expect(performance.now() - start).toBeLessThan(10_000);
  }, 30_000);

  it("refuses more fields than any model has, before they fill the memory", () => {
    // Field 200, an empty message: two bytes of tag and one of length.
    const empty = [0xc2, 0x0c, 0];
    const many = new Uint8Array(3 * (ONNX_LIMITS.fields + 1));
    for (let i = 0; i < many.length; i++) many[i] = empty[i % 3]!;
    expect(code(() => read(model(many)))).toBe("ONNX_LIMIT");
  }, 30_000);

  it("refuses int32_data of more numbers than weights should have there", () => {
    const limit = ONNX_LIMITS.int32Numbers;
    const packed = new Chunks()
      .integer(TENSOR.dims, 2 * limit)
      .integer(TENSOR.dataType, 3)
      .text(TENSOR.name, "w")
      .field(TENSOR.int32Data, new Uint8Array(limit + 1))
      .finish();
    expect(code(() => read(withTensor(packed)))).toBe("ONNX_LIMIT");
  });
});

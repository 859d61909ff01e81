import { describe, expect, it } from "vitest";
import { graph, model, tensor } from "../testing/build.js";
import { readElements } from "./elements.js";
import { toFloats } from "./floats.js";
import { readModel } from "./read-model.js";

const none = async () => new Uint8Array(0);
const read = (bytes: Uint8Array) =>
  readModel(model(graph({ initializers: [bytes] })), "test.onnx").graph.initializers.get("w")!;

describe("readElements", () => {
  it("reads int32_data of narrower types one element a number", async () => {
    expect(await readElements(read(tensor("w", 3, [3], { int32: [-128, 0, 127] })), none)).toEqual(
      new Uint8Array([128, 0, 127]),
    );
    expect(await readElements(read(tensor("w", 2, [2], { int32: [255, 1] })), none)).toEqual(
      new Uint8Array([255, 1]),
    );
    expect(await readElements(read(tensor("w", 5, [1], { int32: [-2] })), none)).toEqual(
      new Uint8Array([254, 255]),
    );
  });

  it("reads float_data", async () => {
    const floats = new Uint8Array(new Float32Array([1.5, -2]).buffer);
    expect(toFloats(await readElements(read(tensor("w", 1, [2], { floats })), none))).toEqual(
      new Float32Array([1.5, -2]),
    );
  });

  it("asks for external data by place", async () => {
    const external = { location: "w.data", offset: "8", length: "2" };
    const asked: unknown[] = [];
    const bytes = await readElements(read(tensor("w", 3, [2], { external })), async (place) => {
      asked.push(place);
      return new Uint8Array([1, 2]);
    });
    expect(asked).toEqual([{ location: "w.data", offset: 8, length: 2 }]);
    expect(bytes).toEqual(new Uint8Array([1, 2]));
  });

  it.each<[string, string, Uint8Array]>([
    ["a number outside of int8", "ONNX_INVALID", tensor("w", 3, [1], { int32: [128] })],
    ["a number outside of uint8", "ONNX_INVALID", tensor("w", 2, [1], { int32: [-1] })],
    ["too few numbers", "ONNX_INVALID", tensor("w", 3, [2], { int32: [1] })],
    ["too few floats", "ONNX_INVALID", tensor("w", 1, [2], { floats: new Uint8Array(4) })],
    ["int32_data of a float", "ONNX_INVALID", tensor("w", 1, [1], { int32: [1] })],
    ["no elements at all", "ONNX_UNSUPPORTED", tensor("w", 3, [2], {})],
    ["a file that ends early", "ONNX_INVALID", tensor("w", 3, [2], { external: { location: "w" } })],
  ])("refuses %s", async (_, expected, bytes) => {
    await expect(readElements(read(bytes), none)).rejects.toMatchObject({ code: expected });
  });
});

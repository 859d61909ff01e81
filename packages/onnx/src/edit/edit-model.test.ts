import { describe, expect, it } from "vitest";
import { readElements } from "../model/elements.js";
import { readModel } from "../model/read-model.js";
import { linear } from "../testing/build.js";
import { FORMS, vectorBytes } from "../testing/vectors.js";
import { editModel } from "./edit-model.js";

const read = (bytes: Uint8Array) => readModel(bytes, "test.onnx");
const none = async () => new Uint8Array(0);

describe("editModel", () => {
  it.each(FORMS)("writes %s without edits byte for byte", (form) => {
    const bytes = vectorBytes(`merge/${form}/model.onnx`);
    expect(editModel(read(bytes), {})).toEqual(bytes);
  });

  it("keeps fields that it doesn't know", () => {
    const unknown = new Uint8Array([...linear(), 0xfa, 0x3e, 0x03, 1, 2, 3]);
    const edited = editModel(read(unknown), { inputs: [{ name: "a", dataType: 1, dims: [2, "r"] }] });
    expect(edited.subarray(-6)).toEqual(new Uint8Array([0xfa, 0x3e, 0x03, 1, 2, 3]));
  });

  it("puts a node behind a tensor so that all its readers read the node's output", () => {
    const before = read(linear());
    const index = before.graph.producers.get("y")!;
    const edited = read(
      editModel(before, {
        inputs: [{ name: "more", dataType: 1, dims: ["n", 3] }],
        renamedOutputs: new Map([["y", "y/base"]]),
        nodesAfter: new Map([
          [index, [{ name: "sum", opType: "Add", inputs: ["y/base", "more"], outputs: ["y"] }]],
        ]),
      }),
    ).graph;
    expect(edited.inputs.map(({ name, dims }) => [name, dims])).toEqual([
      ["x", ["n"]],
      ["more", ["n", 3]],
    ]);
    expect(edited.nodes.at(-2)).toMatchObject({ name: "add", outputs: ["y/base"] });
    expect(edited.nodes.at(-1)).toMatchObject({ name: "sum", inputs: ["y/base", "more"], outputs: ["y"] });
    expect(edited.outputs.map(({ name }) => name)).toEqual(["y"]);
  });

  it("puts other elements into an initializer, embedded or external, and leaves the rest of it", async () => {
    const before = read(linear());
    const bytes = new Uint8Array([9, 8, 7, 6, 5, 4]);
    const embedded = read(editModel(before, { elements: new Map([["w", bytes]]) }));
    expect(await readElements(embedded.graph.initializers.get("w")!, none)).toEqual(bytes);
    expect(embedded.graph.initializers.get("w")!.dims).toEqual([2, 3]);
    const place = { location: "merged.data", offset: 64, length: 6 };
    const external = read(editModel(embedded, { elements: new Map([["w", place]]) }));
    expect(external.graph.initializers.get("w")!.data).toEqual({ kind: "external", external: place });
    const back = read(editModel(external, { elements: new Map([["w", bytes]]) }));
    expect(back.bytes).toEqual(embedded.bytes);
  });

  it("takes an initializer away with the input that it is a default of", () => {
    const before = read(linear(({ inputs }) => inputs.push("w", "ws")));
    const put = { name: "w2", dataType: 3, dims: [2, 3], bytes: new Uint8Array(6) };
    const reader = { name: "w_dq", opType: "DequantizeLinear", inputs: ["w2", "ws"], outputs: ["wd"] };
    const edited = editModel(before, {
      initializers: [put],
      removedInitializers: new Set(["w"]),
      replacedNodes: new Map([[2, reader]]),
    });
    expect(read(edited).graph.inputs.map(({ name }) => name)).toEqual(["x"]);
  });

  it.each([
    ["a taken input", { inputs: [{ name: "x", dataType: 1, dims: [] }] }],
    ["an unknown tensor", { renamedOutputs: new Map([["z", "zz"]]) }],
    ["a taken new name", { renamedOutputs: new Map([["y", "product"]]) }],
    ["an unknown initializer", { elements: new Map([["z", new Uint8Array(1)]]) }],
    ["an unknown place", { nodesAfter: new Map([[99, []]]) }],
    [
      "a taken output",
      { nodesAfter: new Map([[0, [{ name: "n", opType: "Relu", inputs: ["x"], outputs: ["xd"] }]]]) },
    ],
  ])("refuses %s", (_, edits) => {
    expect(() => editModel(read(linear()), edits)).toThrow(expect.objectContaining({ code: "ONNX_INVALID" }));
  });
});

describe("editModel's shapes", () => {
  const sum = { name: "sum", opType: "Add", inputs: ["y", "y"] };
  const edits = (name: string) => {
    const before = read(linear());
    const nodesAfter = new Map([[before.graph.producers.get("y")!, [{ ...sum, outputs: ["twice"] }]]]);
    return editModel(before, { nodesAfter, values: [{ name, dataType: 1, dims: ["rows", 3] }] });
  };

  it("are stated of tensors that new nodes make", () => {
    expect(read(edits("twice")).graph.values.get("twice")).toMatchObject({ dataType: 1, dims: ["rows", 3] });
  });

  it("are refused of any other", () => {
    expect(() => edits("y")).toThrow("expected a new node that makes y, found none");
  });
});

import { createHash } from "node:crypto";
import type { BaseCard, Target } from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import { FakeOrt } from "../testing/fake-ort.js";
import { FORMS, memoryBase } from "../testing/vectors.js";
import { openBase } from "./open-base.js";

const { ort } = new FakeOrt();

/** Opens a tiny base after a change of its card or files; `restamp` makes the card's digests follow the files. */
async function open(
  form: string,
  change: (card: BaseCard, files: Map<string, Uint8Array>) => void = () => {},
  restamp = false,
) {
  const memory = memoryBase(form);
  change(memory.card, memory.files);
  if (restamp)
    for (const file of memory.card.files) {
      const bytes = memory.files.get(file.path)!;
      file.bytes = bytes.length;
      file.sha256 = createHash("sha256").update(bytes).digest("hex");
    }
  return openBase({ ...memory, ort });
}

describe("openBase: files", () => {
  it.each(FORMS)("opens %s", async (form) => {
    const base = await open(form);
    expect(base.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(base.report().peels).toEqual([]);
  });

  it("makes no session before a graph runs", async () => {
    const fake = new FakeOrt();
    await openBase({ ...memoryBase("channel-int8"), ort: fake.ort });
    expect(fake.sessions).toEqual([]);
  });

  it("refuses a missing file", async () => {
    await expect(open("channel-int8", (_, files) => files.delete("model.data"))).rejects.toMatchObject({
      code: "BASE_FILE_MISSING",
      where: "model.data",
    });
  });

  it("refuses a file that is cut short, or that differs in one byte", async () => {
    const cut = open("channel-int8", (_, files) =>
      files.set("model.data", files.get("model.data")!.subarray(1)),
    );
    await expect(cut).rejects.toMatchObject({
      code: "BASE_FILE_DIFFERS",
      message: "expected model.data to have 1600 bytes, found 1599",
    });
    const changed = open("channel-int8", (_, files) => (files.get("model.data")![7]! ^= 1));
    await expect(changed).rejects.toMatchObject({ code: "BASE_FILE_DIFFERS", where: "model.data" });
  });

  it("refuses a file that changed after it was checked", async () => {
    const memory = memoryBase("channel-int8");
    const base = await openBase({ ...memory, ort });
    memory.files.set("model.data", new Uint8Array(1600));
    const x = new ort.Tensor("float32", new Float32Array(96), [1, 4, 24]);
    await expect(base.run("main", { x })).rejects.toMatchObject({ code: "BASE_FILE_DIFFERS" });
    await expect(base.readFile("model.data")).rejects.toMatchObject({ code: "BASE_FILE_DIFFERS" });
  });

  it("passes an abort on", async () => {
    const abort = new AbortController();
    abort.abort();
    await expect(openBase({ ...memoryBase("channel-int8"), ort, signal: abort.signal })).rejects.toBe(
      abort.signal.reason,
    );
  });

  it("refuses a model that is none", async () => {
    const opening = open("channel-int8", (_, files) => files.set("model.onnx", new Uint8Array(9)), true);
    await expect(opening).rejects.toMatchObject({ code: "ONNX_INVALID" });
  });
});

describe("openBase: the card against the graph", () => {
  const first = (card: BaseCard): Target => card.targets[0]!;
  it.each<[string, (card: BaseCard) => void, RegExp]>([
    ["the node", (card) => (first(card).node = "/nowhere"), /expected one node of that name, found 0/],
    [
      "the kind of node",
      (card) => (first(card).node = "/layers/0/up/Add"),
      /expected one of the operators MatMul, .*, found Add/,
    ],
    [
      "the shape",
      (card) => (first(card).n = 41),
      /expected layers.0.up.weight_quantized to be int8 \[24,41\] by the card, found int8 \[24,40\] in the graph/,
    ],
    [
      "the orientation",
      (card) => ([first(card).k, first(card).n] = [40, 24]),
      /int8 \[40,24\].*int8 \[24,40\]/,
    ],
    ["the layout", (card) => (first(card).layout = "nk"), /layout nk by the card, found kn/],
    ["the form", (card) => (first(card).scheme.form = "float"), /scheme.form float by the card, found qdq/],
    [
      "the operator",
      (card) => (first(card).operator = "MatMulNBits"),
      /operator MatMulNBits by the card, found MatMul/,
    ],
    [
      "blocks",
      (card) => Object.assign(first(card).scheme, { granularity: "block", axis: 0, blockSize: 32 }),
      /scheme.blockSize 32 by the card, found none/,
    ],
    ["the bits", (card) => (first(card).scheme.bits = 4), /int4 \[24,40\] by the card, found int8/],
    ["the weight", (card) => (first(card).weight = "layers.1.down.weight_quantized"), /expected weight/],
    ["the scale", (card) => (first(card).scheme.scale = "layers.1.down.weight_scale"), /scheme.scale/],
    ["a zero point", (card) => (first(card).scheme.zeroPoint = "z"), /zeroPoint z by the card, found none/],
    ["the axis", (card) => (first(card).scheme.axis = 0), /scheme.axis 0 by the card, found 1/],
    ["the sign", (card) => (first(card).scheme.signed = false), /uint8 \[24,40\].*int8 \[24,40\]/],
    [
      "the granularity",
      (card) => Object.assign(first(card).scheme, { granularity: "tensor", axis: undefined }),
      /float32 \[\] or float32 \[1\] by the card, found float32 \[40\]/,
    ],
    ["the input", (card) => (first(card).input = "/relu"), /input \/relu by the card, found .* or x/],
    ["the output", (card) => (first(card).output = "/relu"), /output \/relu by the card/],
    ["a path twice", (card) => (card.targets[1] = { ...first(card) }), /found two/],
    [
      "an output twice",
      (card) => (card.targets[1] = { ...first(card), path: "other" }),
      /expected an output of its own/,
    ],
    ["the external data", (card) => (card.graphs.main!.externalData = []), /found model.data in the graph/],
  ])("refuses a card that is wrong about %s", async (_, change, message) => {
    await expect(open("channel-int8", change)).rejects.toMatchObject({ code: "BASE_INVALID" });
    await expect(open("channel-int8", change)).rejects.toThrow(message);
  });

  it("refuses external data that is shorter than the graph says", async () => {
    const opening = open(
      "channel-int8",
      (_, files) => files.set("model.data", files.get("model.data")!.subarray(0, 1000)),
      true,
    );
    await expect(opening).rejects.toMatchObject({
      code: "BASE_INVALID",
      message: expect.stringContaining("within the 1000 bytes of model.data"),
    });
  });

  it("refuses a hostile location in the model", async () => {
    const opening = open(
      "channel-int8",
      (_, files) => {
        const model = Buffer.from(files.get("model.onnx")!);
        for (let at = model.indexOf("model.data"); at >= 0; at = model.indexOf("model.data"))
          model.write("../../etc/", at);
        files.set("model.onnx", new Uint8Array(model));
      },
      true,
    );
    await expect(opening).rejects.toMatchObject({ code: "ONNX_LOCATION" });
  });
});

describe("run: inputs", () => {
  const x = (size = 24, type: "float32" | "float64" = "float32") =>
    type === "float32"
      ? new ort.Tensor("float32", new Float32Array(4 * size), [1, 4, size])
      : new ort.Tensor("float64", new Float64Array(4 * size), [1, 4, size]);

  it.each<[string, string, () => Record<string, unknown>, RegExp]>([
    ["an unknown graph", "decoder", () => ({ x: x() }), /one of the graphs main, found decoder/],
    ["no input", "main", () => ({}), /found no x/],
    ["another input", "main", () => ({ x: x(), y: x() }), /found y too/],
    ["a branch's input", "main", () => ({ x: x(), "banana-peel/layers.0.up/A": x() }), /found banana-peel/],
    ["another type", "main", () => ({ x: x(24, "float64") }), /float32 \[batch,4,24\], found float64/],
    ["another size", "main", () => ({ x: x(25) }), /found float32 \[1,4,25\]/],
    ["no tensor", "main", () => ({ x: [1, 2] }), /expected a tensor for x/],
  ])("refuses %s", async (_, graph, feeds, message) => {
    const base = await open("channel-int8");
    const run = base.run(graph, feeds() as never);
    await expect(run).rejects.toMatchObject({ code: "INPUT_INVALID" });
    await expect(run).rejects.toThrow(message);
  });

  it("reads no file that isn't on the card", async () => {
    const base = await open("channel-int8");
    await expect(base.readFile("../secret")).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });
});

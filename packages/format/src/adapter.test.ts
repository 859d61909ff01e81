import { describe, expect, it } from "vitest";
import { readAdapter } from "./adapter.js";
import type { Tensor } from "./safetensors/dtype.js";
import { writeSafetensors } from "./safetensors/write.js";
import { caught } from "./testing/caught.js";

const f32 = (shape: number[], values?: number[]): Tensor => {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Float32Array.from(values ?? Array.from({ length: count }, (_, index) => index + 1));
  return { dtype: "F32", shape, data: new Uint8Array(data.buffer) };
};
const u16 = (dtype: Tensor["dtype"], shape: number[], patterns: number[]): Tensor => ({
  dtype,
  shape,
  data: new Uint8Array(Uint16Array.from(patterns).buffer),
});
const A = "blocks.0.attn.q_proj.lora_A.weight";
const B = "blocks.0.attn.q_proj.lora_B.weight";
const good = { [A]: f32([2, 3]), [B]: f32([4, 2]) };
const read = (tensors: Record<string, Tensor>) =>
  readAdapter(writeSafetensors(new Map(Object.entries(tensors))), "a.safetensors");

describe("readAdapter", () => {
  it("reads targets and embeddings with their sizes and values", () => {
    const { targets, embeddings } = read({ ...good, "trigger.x-ray.embedding": f32([1, 2], [7, 8]) });
    expect([...targets.keys()]).toEqual(["blocks.0.attn.q_proj"]);
    expect(targets.get("blocks.0.attn.q_proj")).toEqual({
      path: "blocks.0.attn.q_proj",
      rank: 2,
      k: 3,
      n: 4,
      a: Float32Array.from([1, 2, 3, 4, 5, 6]),
      b: Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]),
    });
    expect(embeddings.get("x-ray")).toEqual({ rows: 1, width: 2, data: Float32Array.from([7, 8]) });
  });

  it("reads F16 and BF16 mixed", () => {
    const { targets } = read({
      [A]: u16("F16", [1, 2], [0x3c00, 0xc000]),
      [B]: u16("BF16", [1, 1], [0x4040]),
    });
    expect([...targets.values()][0]).toMatchObject({
      a: Float32Array.from([1, -2]),
      b: Float32Array.from([3]),
    });
  });

  it("reads convolutions, whose lora_A has the kernel", () => {
    const conv = read({ [A]: f32([2, 3, 5, 1]), [B]: f32([4, 2, 1, 1]) }).targets.get("blocks.0.attn.q_proj");
    expect(conv).toMatchObject({ rank: 2, k: 15, n: 4, kernel: [5, 1] });
    const flat = read({ [A]: f32([2, 3, 7]), [B]: f32([4, 2]) }).targets.get("blocks.0.attn.q_proj");
    expect(flat).toMatchObject({ rank: 2, k: 21, n: 4, kernel: [7] });
    const point = read({ [A]: f32([2, 3, 1, 1]), [B]: f32([4, 2, 1, 1]) }).targets.get(
      "blocks.0.attn.q_proj",
    );
    expect(point).toEqual(expect.objectContaining({ rank: 2, k: 3, n: 4 }));
    expect(point!.kernel).toBeUndefined();
  });

  it.each(["x.lora_magnitude_vector.weight", "x.lora_magnitude_vector", "x.dora_scale"])(
    "says of %s that DoRA can't run beside a layer",
    async (name) => {
      const error = await caught(() => read({ ...good, [name]: f32([4, 1]) }));
      expect(error).toMatchObject({ code: "ADAPTER_INVALID", where: `a.safetensors: ${name}` });
      expect(error.message).toMatch(/DoRA's magnitude/);
    },
  );

  it("says of numbers that aren't finite that the file is damaged, not that names are wrong", async () => {
    const error = await caught(() => read({ ...good, [A]: f32([2, 3], [1, 2, Number.NaN, 4, 5, 6]) }));
    expect(error.hint).toMatch(/diverged or the file is damaged/);
  });

  it("takes a target that is called like a trigger", () => {
    expect(
      read({ "trigger.lora_A.weight": f32([1, 1]), "trigger.lora_B.weight": f32([1, 1]) }).targets.size,
    ).toBe(1);
  });

  it.each<[string, Record<string, Tensor>, string]>([
    ["no lora_B", { [A]: good[A]! }, A],
    ["no lora_A", { [B]: good[B]! }, B],
    ["different ranks", { ...good, [B]: f32([4, 3]) }, B],
    ["a transposed lora_B", { ...good, [B]: f32([2, 4]) }, B],
    ["a vector", { ...good, [A]: f32([6]) }, A],
    ["a kernel of four sizes", { ...good, [A]: f32([2, 3, 1, 1, 1, 1]) }, A],
    ["a kernel of size 0", { ...good, [A]: f32([2, 3, 0, 3]) }, A],
    ["a kernel in lora_B", { [A]: f32([2, 3, 3, 3]), [B]: f32([4, 2, 3, 3]) }, B],
    ["a lora_B with fewer sizes than its lora_A", { [A]: f32([2, 3, 3, 3]), [B]: f32([4, 2, 1]) }, B],
    ["a lora_B with sizes that its lora_A lacks", { ...good, [B]: f32([4, 2, 1, 1]) }, B],
    ["rank 0", { [A]: f32([0, 3]), [B]: f32([4, 0]) }, A],
    ["a rank above the limit", { [A]: f32([1025, 1]), [B]: f32([1, 1025]) }, B],
    ["integers", { ...good, [A]: { dtype: "I8", shape: [2, 3], data: new Uint8Array(6) } }, A],
    ["doubles", { ...good, [A]: { dtype: "F64", shape: [2, 3], data: new Uint8Array(48) } }, A],
    ["a NaN", { ...good, [A]: f32([2, 3], [1, 2, Number.NaN, 4, 5, 6]) }, A],
    ["an infinite F16", { ...good, [A]: u16("F16", [2, 3], [1, 2, 0xfc00, 4, 5, 6]) }, A],
    ["an infinite BF16", { ...good, [B]: u16("BF16", [4, 2], [1, 2, 3, 0x7f80, 5, 6, 7, 8]) }, B],
    ["another tensor", { ...good, "norm.weight": f32([1, 1]) }, "norm.weight"],
    [
      "a bias",
      { ...good, "blocks.0.attn.q_proj.lora_B.bias": f32([1, 4]) },
      "blocks.0.attn.q_proj.lora_B.bias",
    ],
    [
      "an empty module path",
      { ...good, ".lora_A.weight": f32([1, 1]), ".lora_B.weight": f32([1, 1]) },
      ".lora_A.weight",
    ],
    [
      "a module path with an escape",
      { "a\u001b[2J.lora_A.weight": f32([1, 1]), "a\u001b[2J.lora_B.weight": f32([1, 1]) },
      "a\u001b[2J.lora_A.weight",
    ],
    [
      "a module path with an empty part",
      { "a..b.lora_A.weight": f32([1, 1]), "a..b.lora_B.weight": f32([1, 1]) },
      "a..b.lora_A.weight",
    ],
    ["a trigger in upper case", { ...good, "trigger.X.embedding": f32([1, 2]) }, "trigger.X.embedding"],
    ["an embedding that is a vector", { ...good, "trigger.x.embedding": f32([2]) }, "trigger.x.embedding"],
  ])("refuses %s", async (_, tensors, name) => {
    const error = await caught(() => read(tensors));
    expect(error).toMatchObject({ code: "ADAPTER_INVALID", where: `a.safetensors: ${name}` });
    expect(error.message).toMatch(/^expected /);
  });

  it("refuses a file without targets", async () => {
    expect(await caught(() => read({}))).toMatchObject({ code: "ADAPTER_INVALID" });
    expect(await caught(() => read({ "trigger.x.embedding": f32([1, 2]) }))).toMatchObject({
      code: "ADAPTER_INVALID",
    });
  });

  it("passes on what the safetensors reader refuses", async () => {
    expect((await caught(() => readAdapter(new Uint8Array(7), "a"))).code).toBe("SAFETENSORS_INVALID");
  });
});

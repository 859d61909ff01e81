import { describe, expect, it } from "vitest";
import type { Tensor } from "./dtype.js";
import { readSafetensors } from "./read.js";
import { writeSafetensors } from "./write.js";

const tensor = (dtype: Tensor["dtype"], shape: number[], bytes: number[]): Tensor => ({
  dtype,
  shape,
  data: Uint8Array.from(bytes),
});

describe("writeSafetensors", () => {
  it("writes the bytes of the reference implementation", () => {
    // safetensors 0.8.0: safetensors.numpy.save({"b": float16([1, 2]), "a": float32([1])}, {"k": "v"})
    const header =
      '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F16","shape":[2],"data_offsets":[4,8]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    const expected = [
      padded.length,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...new TextEncoder().encode(padded),
      0,
      0,
      128,
      63,
      0,
      60,
      0,
      64,
    ];
    const bytes = writeSafetensors(
      new Map([
        ["b", tensor("F16", [2], [0, 60, 0, 64])],
        ["a", tensor("F32", [1], [0, 0, 128, 63])],
      ]),
      { k: "v" },
    );
    expect([...bytes]).toEqual(expected);
  });

  it("gives the same bytes for every order of insertion, and begins the data at a multiple of 8", () => {
    const entries: [string, Tensor][] = [
      ["z", tensor("U8", [3], [1, 2, 3])],
      ["é", tensor("F32", [1], [1, 2, 3, 4])],
      ["m", tensor("F64", [1], [1, 2, 3, 4, 5, 6, 7, 8])],
    ];
    const bytes = writeSafetensors(new Map(entries), { b: "1", a: "2" });
    expect(writeSafetensors(new Map(entries.reverse()), { a: "2", b: "1" })).toEqual(bytes);
    expect(new DataView(bytes.buffer).getUint32(0, true) % 8).toBe(0);
  });

  it("is read back, with names that objects treat specially", () => {
    const names = ["__proto__", "constructor", "0", "10", "9", ""];
    const tensors = new Map(names.map((name, index) => [name, tensor("U8", [1], [index])]));
    const { tensors: read, metadata } = readSafetensors(
      writeSafetensors(tensors, { ["__proto__"]: "x" }),
      "a",
    );
    expect(new Set(read.keys())).toEqual(new Set(names));
    for (const [name, { data }] of tensors) expect(read.get(name)!.data).toEqual(data);
    expect(Object.entries(metadata)).toEqual([["__proto__", "x"]]);
  });

  it("refuses data that is not of the shape's size", () => {
    expect(() => writeSafetensors(new Map([["a", tensor("F32", [2], [0])]]))).toThrow(
      /8 bytes by shape, 1 given/,
    );
  });
});

import { describe, expect, it } from "vitest";
import { LIMITS } from "../limits.js";
import { caught } from "../testing/caught.js";
import { readSafetensors } from "./read.js";
import { writeSafetensors } from "./write.js";

type Entry = { dtype?: unknown; shape?: unknown; data_offsets?: unknown };

/** A file from a header's text and its data, with any length field. */
function file(header: string, data: Uint8Array, length = BigInt(new TextEncoder().encode(header).length)) {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const of = (header: Record<string, Entry | unknown>, bytes: number) =>
  file(
    JSON.stringify(header),
    new Uint8Array(bytes).map((_, index) => index),
  );
const entry = (dtype: string, shape: number[], begin: number, end: number): Entry => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});
const code = async (bytes: Uint8Array) => (await caught(() => readSafetensors(bytes, "a.safetensors"))).code;

describe("readSafetensors", () => {
  it("reads tensors as views, in the order of the data", () => {
    const bytes = of(
      { b: entry("U8", [2, 2], 4, 8), a: entry("F32", [1], 0, 4), c: entry("F32", [0, 3], 8, 8) },
      8,
    );
    const { tensors, metadata } = readSafetensors(bytes, "a");
    expect([...tensors.keys()]).toEqual(["a", "b", "c"]);
    expect([...tensors.get("b")!.data]).toEqual([4, 5, 6, 7]);
    expect(tensors.get("b")!.data.buffer).toBe(bytes.buffer);
    expect(metadata).toEqual({});
  });

  it("reads a file at an offset of a larger buffer", () => {
    const inner = of({ a: entry("U8", [3], 0, 3) }, 3);
    const outer = new Uint8Array(inner.length + 10);
    outer.set(inner, 5);
    const { tensors } = readSafetensors(outer.subarray(5, 5 + inner.length), "a");
    expect([...tensors.get("a")!.data]).toEqual([0, 1, 2]);
  });

  it("reads a scalar, an empty file of tensors, and a padded header", () => {
    expect(readSafetensors(of({ s: entry("F64", [], 0, 8) }, 8), "a").tensors.get("s")!.shape).toEqual([]);
    expect(readSafetensors(of({}, 0), "a").tensors.size).toBe(0);
    expect(readSafetensors(file("{}      ", new Uint8Array()), "a").tensors.size).toBe(0);
  });

  it("keeps every key of the metadata, also __proto__", () => {
    const { metadata } = readSafetensors(
      file('{"__metadata__":{"a":"1","__proto__":"2"}}', new Uint8Array()),
      "a",
    );
    expect(Object.entries(metadata)).toEqual([
      ["a", "1"],
      ["__proto__", "2"],
    ]);
  });

  it("refuses every truncation", async () => {
    const bytes = writeSafetensors(
      new Map([
        ["x", { dtype: "F32" as const, shape: [2, 3], data: new Uint8Array(24) }],
        ["y", { dtype: "BF16" as const, shape: [4], data: new Uint8Array(8) }],
      ]),
      { format: "pt" },
    );
    readSafetensors(bytes, "whole");
    for (let end = 0; end < bytes.length; end++)
      expect(await code(bytes.subarray(0, end)), `cut at ${end}`).toBe("SAFETENSORS_INVALID");
  });

  it.each([
    ["one beyond the limit", BigInt(LIMITS.safetensorsHeaderBytes) + 1n],
    ["2^32", 2n ** 32n],
    ["2^53 + 1, which a double rounds", 2n ** 53n + 1n],
    ["2^63", 2n ** 63n],
    ["2^64 - 1", 2n ** 64n - 1n],
  ])("refuses a header length of %s", async (_, length) => {
    expect(await code(file("{}", new Uint8Array(), length))).toBe("SAFETENSORS_INVALID");
  });

  it.each([
    ["an array", "[]"],
    ["text", '"x"'],
    ["leading white space", " {}"],
    ["nothing", ""],
    ["an entry that is null", '{"a":null}'],
    ["an entry that is a number", '{"a":1}'],
    ["metadata that is null", '{"__metadata__":null}'],
    ["metadata that is text", '{"__metadata__":"abc"}'],
    ["metadata that is an array", '{"__metadata__":["a"]}'],
    ["a number in the metadata", '{"__metadata__":{"a":1}}'],
  ])("refuses %s as header", async (_, header) => {
    expect(await code(file(header, new Uint8Array()))).toBe("SAFETENSORS_INVALID");
  });

  it.each([
    [
      "a key twice",
      '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
    ],
    ["a field twice", '{"a":{"dtype":"U8","dtype":"I8","shape":[0],"data_offsets":[0,0]}}'],
    ["broken JSON", "{a"],
    ["a depth bomb", `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`],
  ])("refuses %s in the header", async (_, header) => {
    expect(await code(file(header, new Uint8Array()))).toBe("JSON_INVALID");
  });

  it.each<[string, Record<string, Entry>, number]>([
    ["overlapping tensors", { a: entry("U8", [4], 0, 4), b: entry("U8", [4], 3, 7) }, 7],
    ["equal ranges", { a: entry("U8", [4], 0, 4), b: entry("U8", [4], 0, 4) }, 4],
    ["a hole", { a: entry("U8", [4], 0, 4), b: entry("U8", [4], 5, 9) }, 9],
    ["a hole at the start", { a: entry("U8", [4], 1, 5) }, 5],
    ["bytes after the last tensor", { a: entry("U8", [4], 0, 4) }, 5],
    ["an end beyond the file", { a: entry("U8", [8], 0, 8) }, 4],
    ["an end before the begin", { a: entry("U8", [0], 4, 0) }, 4],
    ["a shape that is too large for the bytes", { a: entry("F32", [2], 0, 4) }, 4],
    ["a shape that is too small for the bytes", { a: entry("F16", [1], 0, 4) }, 4],
    ["a shape whose product overflows 64 bits", { a: entry("F32", [2 ** 32, 2 ** 32], 0, 0) }, 0],
    ["a shape beyond 2^53", { a: entry("U8", [2 ** 40, 2 ** 40, 0], 0, 0) }, 0],
    ["a negative size", { a: entry("U8", [-4], 0, 4) }, 4],
    ["a broken size", { a: entry("U8", [1.5], 0, 1) }, 1],
    ["a size that is text", { a: { dtype: "U8", shape: ["4"], data_offsets: [0, 4] } }, 4],
    ["negative offsets", { a: entry("U8", [4], -4, 0) }, 4],
    ["one offset", { a: { dtype: "U8", shape: [4], data_offsets: [4] } }, 4],
    ["three offsets", { a: { dtype: "U8", shape: [4], data_offsets: [0, 4, 4] } }, 4],
    ["no offsets", { a: { dtype: "U8", shape: [4] } }, 4],
    ["no shape", { a: { dtype: "U8", data_offsets: [0, 4] } }, 4],
    ["no type", { a: { shape: [4], data_offsets: [0, 4] } }, 4],
    ["an unknown type", { a: entry("F128", [1], 0, 16) }, 16],
    ["a type of half a byte", { a: entry("F4", [2], 0, 1) }, 1],
    ["a type that Object has", { a: entry("constructor", [4], 0, 4) }, 4],
  ])("refuses %s", async (_, header, bytes) => {
    expect(await code(of(header, bytes))).toBe("SAFETENSORS_INVALID");
  });

  it("says where, what was expected and what was found", async () => {
    const error = await caught(() =>
      readSafetensors(of({ "x.y": entry("F32", [2, 3], 0, 20) }, 20), "a.safetensors"),
    );
    expect(error.where).toBe("a.safetensors: x.y");
    expect(error.message).toBe("expected 24 bytes for F32 [2,3], found 20");
    expect(error.hint).toBeDefined();
  });
});

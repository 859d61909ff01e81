import { expect, it } from "vitest";
import { DATA_TYPE } from "./data-type.js";
import { fromFloats, toFloats } from "./floats.js";

const bits = (dataType: number, ...values: number[]) => [
  ...new Uint16Array(fromFloats(values, dataType, "t").buffer),
];

it("gives every float16 back as it was", () => {
  const all = new Uint8Array(Uint16Array.from({ length: 65536 }, (_, i) => i).buffer);
  const back = new Uint16Array(fromFloats(toFloats(all, DATA_TYPE.float16), DATA_TYPE.float16, "t").buffer);
  for (let i = 0; i < 65536; i++) {
    const none = (i & 0x7c00) === 0x7c00 && (i & 0x3ff) !== 0;
    if (none ? (back[i]! & 0x7fff) <= 0x7c00 : back[i] !== i) throw new Error(`${i} came back as ${back[i]}`);
  }
});

it("rounds to float16 once, ties to even, into infinity only from halfway on", () => {
  const { float16 } = DATA_TYPE;
  expect(bits(float16, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -40)).toEqual([
    0x3c00, 0x3c02, 0x3c01,
  ]);
  expect(bits(float16, 65519.99, 65520, -1e300)).toEqual([0x7bff, 0x7c00, 0xfc00]);
  expect(bits(float16, 2 ** -25, 2 ** -25 * 1.01, 2 ** -14 - 2 ** -26, -0)).toEqual([0, 1, 0x400, 0x8000]);
});

it("rounds to bfloat16 with ties to even", () => {
  expect(bits(DATA_TYPE.bfloat16, 1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, -Infinity)).toEqual([
    0x3f80, 0x3f80, 0x3f82, 0xff80,
  ]);
});

it("reads float32 from any place of a file, as numbers of its own", () => {
  const file = new Uint8Array(3 + 12 + 2);
  const values = [1.5, -0, 3e38];
  file.set(fromFloats(values, DATA_TYPE.float, "t"), 3);
  const numbers = toFloats(file.subarray(3, 3 + 12), DATA_TYPE.float);
  file.fill(255);
  expect([...numbers]).toEqual([...Float32Array.from(values)]);
  expect(numbers.buffer.byteLength).toBe(12);
});

it("floats come from a Buffer that lies within a larger one", () => {
  const all = Buffer.from(new Float32Array([1, 2, 3, 4]).buffer);
  expect([...toFloats(all.subarray(4, 12))]).toEqual([2, 3]);
  expect([...toFloats(Buffer.concat([Buffer.of(0), all]).subarray(1, 9))]).toEqual([1, 2]);
});

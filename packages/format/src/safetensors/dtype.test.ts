import { describe, expect, it } from "vitest";
import { elementCount, type Tensor, toFloat32 } from "./dtype.js";

/** Every 16-bit pattern, little-endian. */
const patterns = new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, index) => index).buffer);

/** binary16 by its bits alone: sign, exponent and fraction moved to their places in binary32 (IEEE 754, 3.4). */
function halfBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  let exponent = (half >>> 10) & 31;
  let fraction = half & 1023;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent === 0) {
    if (fraction === 0) return sign;
    exponent = 1;
    while ((fraction & 1024) === 0) {
      fraction <<= 1;
      exponent--;
    }
    fraction &= 1023;
  }
  return sign | ((exponent + 112) << 23) | (fraction << 13);
}

const all = (dtype: Tensor["dtype"]) => toFloat32({ dtype, shape: [256, 256], data: patterns })!;

describe("toFloat32", () => {
  it("converts all 65,536 halves as a second implementation does", () => {
    const expected = new Float32Array(
      Int32Array.from({ length: 65_536 }, (_, half) => halfBits(half)).buffer,
    );
    const found = all("F16");
    for (let half = 0; half < 65_536; half++)
      if (!Object.is(found[half], expected[half])) expect(half).toBe(-1);
    expect(found.filter(Number.isNaN)).toHaveLength(2046);
  });

  it.each([
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65_504],
    [0x0001, 2 ** -24],
    [0x03ff, 2 ** -14 - 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x8000, -0],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
  ])("knows half %s", (half, value) => {
    expect(all("F16")[half]).toBe(value);
  });

  it("puts all 65,536 bfloat16 patterns in the upper half of a float32", () => {
    const found = new Uint32Array(all("BF16").buffer);
    for (let bits = 0; bits < 65_536; bits++) if (found[bits] !== bits * 65_536) expect(bits).toBe(-1);
  });

  it("copies F32 exactly, from an unaligned view", () => {
    const values = Float32Array.from([1.5, -0, 1e-45, 3.4028234663852886e38, Number.NaN]);
    const bytes = new Uint8Array(21);
    bytes.set(new Uint8Array(values.buffer), 1);
    expect(toFloat32({ dtype: "F32", shape: [5], data: bytes.subarray(1) })).toEqual(values);
  });

  it("has no floats for other types", () => {
    for (const dtype of ["F64", "I8", "U16", "F8_E4M3", "BOOL"] as const)
      expect(toFloat32({ dtype, shape: [0], data: new Uint8Array() })).toBeUndefined();
  });

  it("counts the elements of a shape", () => {
    expect(elementCount([])).toBe(1);
    expect(elementCount([2, 3, 4])).toBe(24);
    expect(elementCount([5, 0])).toBe(0);
  });
});

import { expect, test } from "vitest";
import { type Drawn, median, requireDifferent, requireSame } from "./draw.js";

const drawn = (...pixels: number[]): Drawn => ({
  pixels: Uint8ClampedArray.from(pixels),
  png: new Uint8Array(),
  size: 1,
  ms: 1,
  weight: 1,
  how: "attached",
  warnings: [],
});

test("equal pictures are the same; one byte or one length apart they aren't", () => {
  expect(() => requireSame(drawn(1, 2, 3, 255), drawn(1, 2, 3, 255))).not.toThrow();
  expect(() => requireSame(drawn(1, 2, 3, 255), drawn(1, 2, 4, 255))).toThrow("found 1 of 4 bytes to differ");
  expect(() => requireSame(drawn(1, 2, 3, 255), drawn(1, 2, 3))).toThrow();
  expect(() => requireSame(drawn(1, 2, 3), drawn(1, 2, 3, 255))).toThrow();
});

test("a peel that changes nothing is noticed", () => {
  expect(() => requireDifferent(drawn(1, 2), drawn(1, 2))).toThrow("attached at weight 1");
  expect(() => requireDifferent(drawn(1, 2), drawn(1, 3))).not.toThrow();
});

test("the median", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([10, 2, 1, 9])).toBe(9);
  expect(median([5])).toBe(5);
});

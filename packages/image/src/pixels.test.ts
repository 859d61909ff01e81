import { expect, test } from "vitest";
import { toPicture } from "./pixels.js";

test("maps [-1, 1] to [0, 255], clamps, and is opaque", () => {
  const red = [-1, 1, 0, 0.5];
  const green = [-2, 2, -0.5, 1.0001];
  const blue = [0.25, -0.25, 127 / 127.5 - 1, 1 / 127.5 - 1];
  const { width, height, pixels } = toPicture(Float32Array.of(...red, ...green, ...blue), 2);
  expect([width, height]).toEqual([2, 2]);
  expect([...pixels]).toEqual(
    [
      [0, 0, 159, 255],
      [255, 255, 96, 255],
      [128, 64, 127, 255],
      [191, 255, 1, 255],
    ].flat(),
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("refuses %d", (value) => {
  expect(() => toPicture(Float32Array.of(0, 0, value), 1)).toThrow(
    expect.objectContaining({ code: "RUN_FAILED", message: `expected finite pixels, found ${value}` }),
  );
});

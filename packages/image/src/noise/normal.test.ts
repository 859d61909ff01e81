import { expect, test } from "vitest";
import { normalNoise } from "./normal.js";

/** philox4x32-10 of counter 0, key 0 (Random123 kat_vectors) through Box-Muller. */
test("turns the published words into normal numbers", () => {
  const [w0, w1, w2, w3] = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8];
  const radius = (word: number) => Math.sqrt(-2 * Math.log((word + 0.5) / 2 ** 32));
  const angle = (word: number) => 2 * Math.PI * ((word + 0.5) / 2 ** 32);
  const expected = [
    radius(w0) * Math.cos(angle(w1)),
    radius(w0) * Math.sin(angle(w1)),
    radius(w2) * Math.cos(angle(w3)),
    radius(w2) * Math.sin(angle(w3)),
  ];
  expect([...normalNoise(0, 0, 4)]).toEqual(expected.map(Math.fround));
});

test("has the moments of a standard normal distribution", () => {
  const n = 100_000;
  const noise = normalNoise(7, 0, n);
  const moment = (p: number) => noise.reduce((sum, x) => sum + x ** p, 0) / n;
  expect(Math.abs(moment(1))).toBeLessThan(0.015);
  expect(Math.abs(moment(2) - 1)).toBeLessThan(0.02);
  expect(Math.abs(moment(3))).toBeLessThan(0.05);
  expect(Math.abs(moment(4) - 3)).toBeLessThan(0.15);
});

test("a shorter run is the start of a longer one, whatever the length", () => {
  const long = normalNoise(3, 1, 64);
  for (const length of [1, 2, 3, 5, 63])
    expect([...normalNoise(3, 1, length)]).toEqual([...long.subarray(0, length)]);
});

test("seed and stream both matter, and neither stands in for the other", () => {
  const first = [...normalNoise(1, 0, 8)];
  expect([...normalNoise(1, 0, 8)]).toEqual(first);
  expect([...normalNoise(2, 0, 8)]).not.toEqual(first);
  expect([...normalNoise(0, 1, 8)]).not.toEqual(first);
  expect([...normalNoise(1, 1, 8)]).not.toEqual([...normalNoise(0, 1, 8)]);
});

test("the largest seed is its own, not a small one's", () => {
  expect([...normalNoise(0xffffffff, 0, 4)]).not.toEqual([...normalNoise(0, 0, 4)]);
});

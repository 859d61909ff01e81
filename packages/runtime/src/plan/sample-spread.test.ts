import { describe, expect, it } from "vitest";
import { scatters } from "./sample-spread.js";

const run = (intended: number, product: number, rest: number) => ({ intended, product, rest });

describe("runs of a sample", () => {
  it("agree where product and rest follow the size of the update", () => {
    const runs = Array.from({ length: 16 }, (_, i) => run(10 + i, 0.9 * (10 + i), 3 + 0.1 * i));
    expect(scatters(runs)).toBe(false);
  });

  it("don't where one keeps another share", () => {
    const runs = Array.from({ length: 16 }, (_, i) => run(10, i === 4 ? 7 : 9, 3));
    expect(scatters(runs)).toBe(true);
  });

  it("don't where one holds much of the error", () => {
    const runs = Array.from({ length: 16 }, (_, i) => run(10, 9, i === 4 ? 30 : 3));
    expect(scatters(runs)).toBe(true);
  });

  it("tell nothing where nothing was intended", () => {
    expect(scatters(Array.from({ length: 16 }, () => run(0, 0, 0)))).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { Pacer } from "../pacer.js";
import { randomNumbers } from "../testing/planes.js";
import { rowSizes } from "./row-sizes.js";

describe("the sizes of an update's rows", () => {
  it.each([1, 2, 7])("are those of its elements, at rank %i", async (rank) => {
    const random = randomNumbers(3);
    const [rows, columns] = [11, 5];
    const left = Float64Array.from({ length: rows * rank }, random);
    const right = Float64Array.from({ length: columns * rank }, random);
    const sizes = await rowSizes({ rank, left, right }, new Pacer(() => performance.now(), undefined));
    expect(sizes.length).toBe(rows);
    for (let i = 0; i < rows; i++) {
      let size = 0;
      for (let j = 0; j < columns; j++) {
        let u = 0;
        for (let r = 0; r < rank; r++) u += left[i * rank + r]! * right[j * rank + r]!;
        size += u * u;
      }
      expect(sizes[i]!).toBeCloseTo(size, 12);
    }
  });

  it("are 0 of ranks that take each other back", async () => {
    const sizes = await rowSizes(
      { rank: 2, left: Float64Array.of(1, -1, 2, -2), right: Float64Array.of(3, 3, 5, 5, 7, 7) },
      new Pacer(() => performance.now(), undefined),
    );
    expect([...sizes]).toEqual([0, 0]);
  });

  it("stop where the signal is aborted", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    expect(() => new Pacer(() => 0, signal)).toThrow("enough");
    const stop = new AbortController();
    let clock = 0;
    const pacer = new Pacer(() => (clock += 10), stop.signal);
    const sizes = rowSizes({ rank: 1, left: new Float64Array(9), right: new Float64Array(9) }, pacer);
    stop.abort(new Error("enough"));
    await expect(sizes).rejects.toThrow("enough");
  });
});

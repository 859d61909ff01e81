import { type Grid, rowScales, type Stored } from "./grid.js";
import type { Rounding } from "./rounding.js";

/** Makes an adder of updates to the rows of a weight on its grid; it keeps its own scratch space. */
export function requantiser(grid: Grid, rounding: Rounding): RequantiseRow {
  const { n, min, max } = grid;
  const values = new Float64Array(n);
  const room = new Float32Array(n);
  return (k, stored, update, out) => {
    const scales = rowScales(grid, k, room);
    const first = k * n;
    for (let column = 0; column < n; column++) {
      const scale = scales[column]!;
      const steps = scale === 0 ? 0 : update[column]! / scale;
      const value = stored[first + column]! + steps;
      values[column] = Math.max(min, Math.min(value, max));
    }
    rounding.round(values, first);
    for (let column = 0; column < n; column++)
      out[first + column] = update[column] === 0 ? stored[first + column]! : values[column]!;
  };
}

/**
 * Adds `update` [N], in units of the weights, to row `k` of `stored` and writes the row that comes nearest on the
 * same grid, by the rounding, to `out`. The order of operations is fixed, in doubles:
 * q' = round(clamp(q + update / scale)); so the same input gives the same bytes everywhere. Scales and zero points
 * stay as they are. Elements whose update is 0 keep their stored value, also one outside the scheme's range; a
 * scale of 0 can hold no update.
 */
export type RequantiseRow = (k: number, stored: Stored, update: Float64Array, out: Stored) => void;

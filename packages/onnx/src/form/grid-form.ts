import { dequantiseRow, type Grid, rowScales } from "../quant/grid.js";
import { requantiser } from "../quant/requantise.js";
import type { Codec, WeightForm } from "./types.js";

/** A weight on a grid of whole numbers, its bytes laid out by `codec`. `bytes` are not written to. */
export function gridForm(grid: Grid, bytes: Uint8Array, codec: Codec): WeightForm {
  const stored = codec.decode(bytes);
  const { k, n } = grid;
  return {
    k,
    n,
    readRow: (row, out) => dequantiseRow(stored, grid, row, out),
    merge(rounding) {
      const after = stored.slice();
      const room = new Float32Array(n);
      const requantiseRow = requantiser(grid, rounding);
      return {
        addRow(row, update, applied) {
          requantiseRow(row, stored, update, after);
          const scales = rowScales(grid, row, room);
          let changed = false;
          for (let column = 0, i = row * n; column < n; column++, i++) {
            const steps = after[i]! - stored[i]!;
            changed ||= steps !== 0;
            applied[column] = steps * scales[column]!;
          }
          return changed;
        },
        finish: () => codec.encode(after, bytes),
      };
    },
  };
}

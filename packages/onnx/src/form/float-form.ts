import { type FloatType, floatType } from "../model/floats.js";
import { type Layout, placeOf } from "./place.js";
import type { WeightForm } from "./types.js";

/**
 * A weight of floating-point numbers. An update is added in doubles and the sum rounded once to the type, to nearest
 * with ties to even: the other roundings are for grids of whole numbers.
 * @throws BananaError ONNX_UNSUPPORTED when `dataType` is no float32, float16 or bfloat16
 */
export function floatForm(layout: Layout, dataType: number, bytes: Uint8Array, where: string): WeightForm {
  const type: FloatType = floatType(dataType, where);
  const before = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { k, n } = layout;
  const place = placeOf(layout);
  const offset = (row: number, column: number) => type.bytes * place(row, column);
  return {
    k,
    n,
    readRow(row, out) {
      for (let column = 0; column < n; column++) out[column] = type.read(before, offset(row, column));
    },
    merge() {
      const copy = bytes.slice();
      const after = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
      return {
        addRow(row, update, applied) {
          let changed = false;
          for (let column = 0; column < n; column++) {
            const at = offset(row, column);
            const old = type.read(before, at);
            applied[column] = 0;
            if (update[column] === 0) continue;
            type.write(after, at, old + update[column]!);
            applied[column] = type.read(after, at) - old;
            changed ||= applied[column] !== 0;
          }
          return changed;
        },
        finish: () => copy,
      };
    },
  };
}

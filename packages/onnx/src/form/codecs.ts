import { storedView } from "../quant/grid.js";
import { type Layout, placeOf } from "./place.js";
import { transpose } from "./transpose.js";
import type { Codec } from "./types.js";

/** Stored values in a layout: of 8 bits one a byte, of 4 bits two, the low nibble first. */
export function plainCodec(layout: Layout, { bits, signed }: { bits: 4 | 8; signed: boolean }): Codec {
  const { k, n } = layout;
  const unpack = bits === 8 ? (bytes: Uint8Array) => storedView(bytes, signed) : unpackNibbles(k * n, signed);
  return {
    decode: (bytes) => toMatrix(unpack(bytes), layout),
    encode(stored, before) {
      const values = fromMatrix(stored, layout);
      if (bits === 4) return packNibbles(values, before);
      return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    },
  };
}

function toMatrix(values: Int8Array | Uint8Array, layout: Layout): Int8Array | Uint8Array {
  const { k, n } = layout;
  if (layout.layout === "kn") return values;
  if (layout.layout === "nk") return transpose(values, n, k);
  const place = placeOf(layout);
  const out = values.slice();
  for (let row = 0, i = 0; row < k; row++)
    for (let column = 0; column < n; column++, i++) out[i] = values[place(row, column)]!;
  return out;
}

function fromMatrix(matrix: Int8Array | Uint8Array, layout: Layout): Int8Array | Uint8Array {
  const { k, n } = layout;
  if (layout.layout === "kn") return matrix;
  if (layout.layout === "nk") return transpose(matrix, k, n);
  const place = placeOf(layout);
  const out = matrix.slice();
  for (let row = 0, i = 0; row < k; row++)
    for (let column = 0; column < n; column++, i++) out[place(row, column)] = matrix[i]!;
  return out;
}

/** 4-bit values of a tensor, packed over its flattened elements, low nibble first (onnx.proto, INT4 and UINT4). */
export function unpackNibbles(count: number, signed: boolean): (bytes: Uint8Array) => Int8Array | Uint8Array {
  return (bytes) => {
    const out = signed ? new Int8Array(count) : new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      const nibble = (bytes[i >> 1]! >> (4 * (i & 1))) & 15;
      out[i] = signed ? (nibble ^ 8) - 8 : nibble;
    }
    return out;
  };
}

function packNibbles(values: Int8Array | Uint8Array, before: Uint8Array): Uint8Array {
  const out = before.slice();
  for (let i = 0; i < values.length; i++) {
    const shift = 4 * (i & 1);
    out[i >> 1] = (out[i >> 1]! & ~(15 << shift)) | ((values[i]! & 15) << shift);
  }
  return out;
}

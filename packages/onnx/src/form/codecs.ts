import { storedView } from "../quant/grid.js";
import { transpose } from "./transpose.js";
import type { Codec } from "./types.js";

/** Stored values as [K,N] or [N,K], row-major: of 8 bits one a byte, of 4 bits two, the low nibble first. */
export function plainCodec(
  k: number,
  n: number,
  { bits, signed, layout }: { bits: 4 | 8; signed: boolean; layout: "kn" | "nk" },
): Codec {
  const unpack = bits === 8 ? (bytes: Uint8Array) => storedView(bytes, signed) : unpackNibbles(k * n, signed);
  return {
    decode(bytes) {
      const values = unpack(bytes);
      return layout === "kn" ? values : transpose(values, n, k);
    },
    encode(stored, before) {
      const values = layout === "kn" ? stored : transpose(stored, k, n);
      if (bits === 4) return packNibbles(values, before);
      return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    },
  };
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

import type { Codec } from "./types.js";

/** Sizes of a MatMulNBits weight (com.microsoft; onnxruntime docs/ContribOperators.md). */
export interface NBitsShape {
  readonly k: number;
  readonly n: number;
  readonly bits: 2 | 4 | 8;
  /** Rows of a block, a power of two of at least 16. */
  readonly blockSize: number;
}

/** Blocks of a column, bytes of a block, and bytes of the packed zero points of a column. */
export function nbitsSizes({ k, bits, blockSize }: NBitsShape) {
  const blocks = Math.ceil(k / blockSize);
  return { blocks, blob: (blockSize * bits) / 8, zeroBytes: Math.ceil((blocks * bits) / 8) };
}

/** Weights of MatMulNBits: [N, blocks, bytes], the transpose of [K,N], each column padded to whole blocks. */
export function nbitsCodec(shape: NBitsShape): Codec {
  const { k, n, bits } = shape;
  const { blocks, blob } = nbitsSizes(shape);
  return {
    decode(bytes) {
      const out = new Uint8Array(k * n);
      for (let column = 0; column < n; column++)
        for (let row = 0; row < k; row++)
          out[row * n + column] = unpack(bytes, column * blocks * blob, row, bits);
      return out;
    },
    encode(stored, before) {
      const out = before.slice();
      for (let column = 0; column < n; column++)
        for (let row = 0; row < k; row++)
          pack(out, column * blocks * blob, row, bits, stored[row * n + column]!);
      return out;
    },
  };
}

/**
 * Zero points of MatMulNBits as [blocks, N]: packed per column like the weights, 2^(bits-1) where there are none.
 * @param bytes undefined when the node has none
 */
export function nbitsZeroPoints(shape: NBitsShape, bytes: Uint8Array | undefined): Uint8Array {
  const { n, bits } = shape;
  const { blocks, zeroBytes } = nbitsSizes(shape);
  const out = new Uint8Array(blocks * n).fill(2 ** (bits - 1));
  if (bytes !== undefined)
    for (let column = 0; column < n; column++)
      for (let block = 0; block < blocks; block++)
        out[block * n + column] = unpack(bytes, column * zeroBytes, block, bits);
  return out;
}

/** [N, blocks] as [blocks, N]. */
export function byBlock(values: Float32Array, blocks: number, n: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let column = 0; column < n; column++)
    for (let block = 0; block < blocks; block++) out[block * n + column] = values[column * blocks + block]!;
  return out;
}

/** Element `i` of those packed from byte `first` on, the first in the lowest bits. */
function unpack(bytes: Uint8Array, first: number, i: number, bits: number): number {
  const bit = i * bits;
  return (bytes[first + (bit >> 3)]! >> (bit & 7)) & (2 ** bits - 1);
}

function pack(bytes: Uint8Array, first: number, i: number, bits: number, value: number): void {
  const bit = i * bits;
  const at = first + (bit >> 3);
  bytes[at] = (bytes[at]! & ~((2 ** bits - 1) << (bit & 7))) | (value << (bit & 7));
}

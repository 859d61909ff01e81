import type { LowRank } from "@banana-peel/format";

const cache = new WeakMap<LowRank, { a: Float32Array; b: Float32Array }>();

/** lora_A as [K,r] and lora_B as [r,N]; remembered, so that a swap only multiplies and copies. */
export function transposed(lowRank: LowRank): { a: Float32Array; b: Float32Array } {
  let both = cache.get(lowRank);
  if (both === undefined) {
    const { rank, k, n } = lowRank;
    both = { a: transpose(lowRank.a, rank, k), b: transpose(lowRank.b, n, rank) };
    cache.set(lowRank, both);
  }
  return both;
}

function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = matrix[row * columns + column]!;
  return out;
}

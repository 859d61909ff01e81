/**
 * False when B A is zero because of its factors: for each r, row r of A [rank,K] or column r of B [N,rank] is zero.
 * A product that vanishes by cancellation is not found; no training leaves one.
 */
export function contributes(
  a: Float32Array,
  b: Float32Array,
  { rank, k, n }: { rank: number; k: number; n: number },
): boolean {
  for (let r = 0; r < rank; r++) {
    if (hasNonZero(a, r * k, 1, k) && hasNonZero(b, r, rank, n)) return true;
  }
  return false;
}

function hasNonZero(values: Float32Array, start: number, stride: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (values[start + i * stride] !== 0) return true;
  return false;
}

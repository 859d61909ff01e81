import type { LowRank } from "@banana-peel/format";

const firsts = new WeakMap<LowRank, Float32Array>();
const seconds = new WeakMap<LowRank, Float32Array>();

/** lora_A as [K,r]; remembered, so that a swap only copies. */
export function transposedA(lowRank: LowRank): Float32Array {
  return recall(firsts, lowRank, ({ a, rank, k }) => transpose(a, rank, k));
}

/** lora_B as [r,N]; remembered, so that a swap only multiplies. */
export function transposedB(lowRank: LowRank): Float32Array {
  return recall(seconds, lowRank, ({ b, rank, n }) => transpose(b, n, rank));
}

function recall(
  known: WeakMap<LowRank, Float32Array>,
  lowRank: LowRank,
  make: (of: LowRank) => Float32Array,
): Float32Array {
  let turned = known.get(lowRank);
  if (turned === undefined) {
    turned = make(lowRank);
    known.set(lowRank, turned);
  }
  return turned;
}

/** [rows, columns] as [columns, rows]; the inner loop is over the fewer, so that as many lines of memory are in use at once. */
function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(matrix.length);
  if (rows < columns)
    for (let column = 0, to = 0; column < columns; column++)
      for (let from = column; from < matrix.length; from += columns) out[to++] = matrix[from]!;
  else
    for (let row = 0, from = 0; row < rows; row++)
      for (let to = row; to < out.length; to += rows) out[to] = matrix[from++]!;
  return out;
}

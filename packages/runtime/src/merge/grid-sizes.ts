import type { Plane } from "@banana-peel/onnx";

/**
 * By row of a plane, the sum of the squares of its scales: what rounding adds to a row grows with it. Undefined where all
 * rows have the same.
 */
export function gridSizes({ rows, along, blockSize, scales }: Plane): Float64Array | undefined {
  if (along === "tensor" || along === "columns") return undefined;
  const lines = along === "row-blocks" ? Math.ceil(rows / blockSize) : rows;
  const each = scales.length / lines;
  const sums = new Float64Array(lines);
  for (let line = 0, at = 0; line < lines; line++)
    for (const end = at + each; at < end; at++) sums[line]! += scales[at]! ** 2;
  if (along !== "row-blocks") return sums;
  return Float64Array.from({ length: rows }, (_, row) => sums[Math.floor(row / blockSize)]!);
}

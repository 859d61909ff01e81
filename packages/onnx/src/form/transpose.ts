/** A copy of a row-major [rows, columns] matrix as row-major [columns, rows]. */
export function transpose<T extends Int8Array | Uint8Array | Float32Array>(
  values: T,
  rows: number,
  columns: number,
): T {
  const out = values.slice() as T;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = values[row * columns + column]!;
  return out;
}

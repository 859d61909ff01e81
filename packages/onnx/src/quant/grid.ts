import { BananaError } from "@banana-peel/format";

/** The grid that a quantised [K,N] weight lies on: w = (q - zeroPoint) * scale. */
export interface Grid {
  readonly k: number;
  readonly n: number;
  readonly signed: boolean;
  /** Smallest and largest stored value that the scheme uses. */
  readonly min: number;
  readonly max: number;
  /** What scales and zero points run along: nothing, the rows [K] or the columns [N]. */
  readonly along: "tensor" | "k" | "n";
  /** One, K or N scales; may be negative. */
  readonly scales: Float32Array;
  /** As many zero points; undefined means 0. */
  readonly zeroPoints: Int8Array | Uint8Array | undefined;
}

/** Stored values of an 8-bit weight, row-major [K,N]. */
export type Stored = Int8Array | Uint8Array;

/** A view of bytes as stored values. */
export function storedView(bytes: Uint8Array, signed: boolean): Stored {
  return signed ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes;
}

/**
 * Checks that a grid's parts belong together.
 * @throws BananaError ONNX_UNSUPPORTED when the scheme's range is outside the type's, when the number of scales or
 *   zero points doesn't fit, or when a scale isn't finite
 */
export function checkGrid(grid: Grid, where: string): Grid {
  const [least, most] = grid.signed ? [-128, 127] : [0, 255];
  if (grid.min < least || grid.max > most || grid.min >= grid.max)
    throw unsupported(where, `expected a range within [${least}, ${most}], found [${grid.min}, ${grid.max}]`);
  const count = grid.along === "tensor" ? 1 : grid[grid.along];
  if (grid.scales.length !== count)
    throw unsupported(where, `expected ${count} scales, found ${grid.scales.length}`);
  if (grid.zeroPoints !== undefined && grid.zeroPoints.length !== count)
    throw unsupported(where, `expected ${count} zero points, found ${grid.zeroPoints.length}`);
  const bad = grid.scales.findIndex((scale) => !Number.isFinite(scale));
  if (bad >= 0) throw unsupported(where, `expected finite scales, found ${grid.scales[bad]} at ${bad}`);
  return grid;
}

function unsupported(where: string, message: string): BananaError {
  return new BananaError("ONNX_UNSUPPORTED", message, {
    where,
    hint: "Quantise the model again, or correct the target's scheme on the base card.",
  });
}

/** The scales of row `k`, one a column; a view where the grid has them so. `out` has N elements. */
export function rowScales(grid: Grid, k: number, out: Float32Array): Float32Array {
  if (grid.along === "n") return grid.scales;
  return out.fill(grid.scales[grid.along === "k" ? k : 0]!);
}

/** The weights of a stored tensor, float32 [K,N] row-major, rounded once, as DequantizeLinear gives them. */
export function dequantise(stored: Stored, grid: Grid): Float32Array {
  const { k, n, zeroPoints, along } = grid;
  const out = new Float32Array(k * n);
  const room = new Float32Array(n);
  for (let row = 0; row < k; row++) {
    const scales = rowScales(grid, row, room);
    for (let column = 0; column < n; column++) {
      const group = along === "n" ? column : along === "k" ? row : 0;
      const zero = zeroPoints === undefined ? 0 : zeroPoints[group]!;
      out[row * n + column] = (stored[row * n + column]! - zero) * scales[column]!;
    }
  }
  return out;
}

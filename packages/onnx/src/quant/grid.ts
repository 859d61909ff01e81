import { BananaError } from "@banana-peel/format";

/**
 * The grid that a quantised [K,N] weight lies on: w = (q - zeroPoint) * scale. It is seen as [K,N] whatever the
 * layout of its form; scales and zero points likewise.
 */
export interface Grid {
  readonly k: number;
  readonly n: number;
  /** Bits of a stored value; 8 when absent. */
  readonly bits?: 2 | 4 | 8;
  readonly signed: boolean;
  /** Smallest and largest stored value that the scheme uses. */
  readonly min: number;
  readonly max: number;
  /**
   * What scales and zero points run along: nothing, the rows [K], the columns [N], blocks of rows of a column, or
   * blocks of columns of a row.
   */
  readonly along: "tensor" | "k" | "n" | "block" | "rowblock";
  /** Values of a block; the last one of a column (or row) may be shorter. For `along` block and rowblock. */
  readonly blockSize?: number;
  /** One, K, N, [ceil(K / blockSize), N] or [K, ceil(N / blockSize)] scales; may be negative. */
  readonly scales: Float32Array;
  /** As many zero points, not always whole; undefined means 0. */
  readonly zeroPoints: Int8Array | Uint8Array | Float32Array | undefined;
}

/** Stored values of a weight, one an element also where the form packs them, row-major [K,N]. */
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
  const whole = 2 ** (grid.bits ?? 8);
  const [least, most] = grid.signed ? [-whole / 2, whole / 2 - 1] : [0, whole - 1];
  if (grid.min < least || grid.max > most || grid.min >= grid.max)
    throw unsupported(where, `expected a range within [${least}, ${most}], found [${grid.min}, ${grid.max}]`);
  const count = groups(grid);
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

/** Number of scales. */
function groups({ along, k, n, blockSize }: Grid): number {
  if (along === "block") return n * Math.ceil(k / blockSize!);
  if (along === "rowblock") return k * Math.ceil(n / blockSize!);
  return along === "tensor" ? 1 : along === "k" ? k : n;
}

/** The scales of row `k`, one a column; a view where the grid has them so. `out` has N elements. */
export function rowScales(grid: Grid, k: number, out: Float32Array): Float32Array {
  if (grid.along === "n") return grid.scales;
  if (grid.along === "block") {
    const first = Math.floor(k / grid.blockSize!) * grid.n;
    return grid.scales.subarray(first, first + grid.n);
  }
  if (grid.along === "rowblock") {
    const first = k * Math.ceil(grid.n / grid.blockSize!);
    for (let column = 0; column < grid.n; column++)
      out[column] = grid.scales[first + Math.floor(column / grid.blockSize!)]!;
    return out;
  }
  return out.fill(grid.scales[grid.along === "k" ? k : 0]!);
}

/** Row `k` of a stored weight as float32, as DequantizeLinear gives it: the difference and the product each rounded. `out` has N elements. */
export function dequantiseRow(stored: Stored, grid: Grid, k: number, out: Float32Array): void {
  const { n, zeroPoints } = grid;
  const scales = rowScales(grid, k, out);
  const group = groupOf(grid, k);
  for (let column = 0; column < n; column++) {
    const zero = zeroPoints === undefined ? 0 : zeroPoints[group(column)]!;
    out[column] = Math.fround(stored[k * n + column]! - zero) * scales[column]!;
  }
}

/** Which scale and zero point the columns of row `k` have. */
function groupOf({ along, n, blockSize = 1 }: Grid, k: number): (column: number) => number {
  if (along === "n") return (column) => column;
  if (along === "block") {
    const first = Math.floor(k / blockSize) * n;
    return (column) => first + column;
  }
  if (along === "rowblock") {
    const first = k * Math.ceil(n / blockSize);
    return (column) => first + Math.floor(column / blockSize);
  }
  const only = along === "k" ? k : 0;
  return () => only;
}

/** The weights of a stored tensor, float32 [K,N] row-major, as dequantiseRow gives them. */
export function dequantise(stored: Stored, grid: Grid): Float32Array {
  const { k, n } = grid;
  const out = new Float32Array(k * n);
  for (let row = 0; row < k; row++) dequantiseRow(stored, grid, row, out.subarray(row * n, (row + 1) * n));
  return out;
}

/**
 * What a fold works on: a plane of stored whole numbers, `rows` x `cols`, row-major, `stride` bytes a row, of 2, 4 or
 * 8 bits, the lowest bits first; and the factors of its update, u(i, j) = sum over r of left[i][r] * right[j][r].
 * The host writes these fields, 32 bits each, to the place that `job()` names.
 */
@unmanaged
export class Job {
  rows: i32;
  cols: i32;
  /** Numbers of a factor's row in float64. */
  rank: i32;
  /** The same in float32, padded with zeros to a multiple of 4. */
  padded: i32;
  bits: i32;
  signed: i32;
  min: i32;
  max: i32;
  src: i32;
  dst: i32;
  stride: i32;
  /** What scales run along: 0 nothing, 1 rows, 2 columns, 3 blocks of rows of a column, 4 blocks of columns of a row. */
  along: i32;
  blockSize: i32;
  scales: i32;
  /** 1 / scales; 0 where the scale is. */
  inverses: i32;
  /** float64 [rows][rank] and [cols][rank]; float32 [rows][padded] and [cols][padded]. */
  left: i32;
  right: i32;
  leftFloats: i32;
  rightFloats: i32;
  /** Room for rows (cols) float32. */
  leftNorms: i32;
  rightNorms: i32;
  /** Room for rows + 4 (cols + 8) times 2 * padded bytes. */
  leftWords: i32;
  rightWords: i32;
  /** Room for a number for each group of 4 rows (8 columns). */
  leftShifts: i32;
  rightShifts: i32;
  /** 0 nearest, 1 dither. */
  rounding: i32;
  seedLow: i32;
  seedHigh: i32;
  /** Index in the whole tensor of element (0, 0), and how far the next row's and column's are from it. */
  index: i32;
  indexRow: i32;
  indexCol: i32;
  /** Elements that were worked out in doubles. */
  exact: i32;
  /** Sums of measure(): <u, u>, <applied, u>, ||applied - u||^2. */
  intended: f64;
  product: f64;
  rest: f64;
}

const PLACE = memory.data(160, 16);

/** The one job of this instance. */
// @ts-ignore: decorator
@inline export function current(): Job {
  return changetype<Job>(PLACE);
}

export function job(): usize {
  return PLACE;
}

import type { Plane } from "@banana-peel/onnx";
import { gridSizes } from "./grid-sizes.js";

/** Most elements of a work: a few milliseconds, long enough that preparing the columns and the messages don't count. */
const WORK_ELEMENTS = 1 << 21;
/** Elements from which there are two works at least, so that two threads have something to do. */
const SPLIT_ELEMENTS = 1 << 20;
/** Fewest rows of a work: below, preparing the columns would. */
const LEAST_ROWS = 64;
/** Elements that a sample of a plane looks at: about a millisecond. */
const SAMPLE_ELEMENTS = 1 << 17;
/** Places in which the rows of a sample lie. */
const SAMPLE_RUNS = 16;

/** Some rows that lie together. */
export interface Rows {
  readonly first: number;
  readonly rows: number;
}

/** All rows of a plane, in pieces that begin at a block of rows. */
export function allRows({ rows, columns, along, blockSize }: Plane): Rows[] {
  const unit = along === "row-blocks" ? blockSize : 4;
  const elements = rows * columns;
  const most = elements < SPLIT_ELEMENTS ? elements : Math.min(WORK_ELEMENTS, elements / 2);
  const wanted = Math.max(LEAST_ROWS, Math.ceil(most / columns));
  const size = Math.ceil(wanted / unit) * unit;
  return Array.from({ length: Math.ceil(rows / size) }, (_, i) => ({
    first: i * size,
    rows: Math.min(size, rows - i * size),
  }));
}

/** How far the mean of a sample's rows may be from that of all rows; beyond, a few rows make the difference. */
const MEAN_TOLERANCE = 0.05;
/** The same of the squares of their scales, which an error grows with the root of. */
const GRID_TOLERANCE = 0.1;

/**
 * Rows from which a plane's retention is estimated; all rows of one that is small, or whose update or scales can't be
 * seen on a few.
 * @param sizes by row, how large its update is (squared)
 */
export function sampleRows(plane: Plane, sizes?: Float64Array): Rows[] {
  const { rows, columns, along, blockSize } = plane;
  const wanted = Math.max(SAMPLE_RUNS, Math.ceil(SAMPLE_ELEMENTS / columns));
  const blocks = along === "row-blocks" ? { align: blockSize, whole: false } : undefined;
  const runs = typicalRuns(rows, wanted, blocks, sizes);
  const grid = runs && gridSizes(plane);
  const standsForAll = grid === undefined || isTypical(runs!, sumsBefore(grid), GRID_TOLERANCE);
  return runs !== undefined && standsForAll ? runs : allRows(plane);
}

/**
 * The runs of sampleRuns, put where their mean size is nearest to that of their stretch; undefined where they would be half
 * of all rows or more, or their mean isn't near that of all.
 */
export function typicalRuns(
  rows: number,
  wanted: number,
  blocks: { align: number; whole: boolean } | undefined,
  sizes: Float64Array | undefined,
): Rows[] | undefined {
  if (rows <= 2 * wanted) return undefined;
  if (sizes === undefined) return sampleRuns(rows, wanted, blocks);
  const sums = sumsBefore(sizes);
  const runs = sampleRuns(rows, wanted, blocks, sums);
  return isTypical(runs, sums, MEAN_TOLERANCE) ? runs : undefined;
}

/** Whether the mean of the runs' rows is near that of all rows, by sums over the rows before each. */
function isTypical(runs: readonly Rows[], sums: Float64Array, tolerance: number): boolean {
  const all = sums.at(-1)! / (sums.length - 1);
  const seen = runs.reduce((sum, run) => sum + sums[run.first + run.rows]! - sums[run.first]!, 0);
  const mean = seen / runs.reduce((sum, run) => sum + run.rows, 0);
  return Math.abs(mean - all) <= tolerance * all;
}

function sumsBefore(sizes: Float64Array): Float64Array {
  const sums = new Float64Array(sizes.length + 1);
  for (const [i, size] of sizes.entries()) sums[i + 1] = sums[i]! + size;
  return sums;
}

/**
 * About `wanted` of `rows` rows, in runs spread evenly; all of them when they are few.
 * @param blocks runs start at a multiple of `align` and stay within that many rows; `whole` ones fill them
 * @param sums of what the rows are weighed by, before each row and behind the last
 */
export function sampleRuns(
  rows: number,
  wanted: number,
  blocks = { align: 1, whole: false },
  sums?: Float64Array,
): Rows[] {
  if (rows <= 2 * wanted) return [{ first: 0, rows }];
  const { align, whole } = blocks;
  const share = Math.max(1, Math.ceil(wanted / SAMPLE_RUNS));
  const run = whole ? align : align === 1 ? share : Math.min(align, share);
  const count = Math.max(
    1,
    Math.min(SAMPLE_RUNS, Math.ceil(wanted / run), Math.floor(rows / Math.max(run, align))),
  );
  const stretch = rows / count;
  return Array.from({ length: count }, (_, i) => {
    // Not always the same place of its stretch, so that no period of the weights is hit by all.
    const free = Math.max(0, Math.floor(stretch - run));
    const start = Math.floor(i * stretch);
    const anywhere = start + ((i * 7919) % (free + 1));
    const first = anywhere - (anywhere % align);
    const place =
      sums === undefined ? first : balanced(sums, { start, end: start + free, run, align }, first, stretch);
    return { first: place, rows: Math.min(run, rows - place) };
  });
}

/** Where in a stretch the mean of a run is nearest to the stretch's; `first` unless another place is clearly nearer. */
function balanced(
  sums: Float64Array,
  { start, end, run, align }: { start: number; end: number; run: number; align: number },
  first: number,
  stretch: number,
): number {
  const last = Math.min(sums.length - 1, Math.floor(start + stretch));
  const mean = (sums[last]! - sums[start]!) / (last - start);
  const off = (place: number) => {
    const to = Math.min(place + run, sums.length - 1);
    return Math.abs((sums[to]! - sums[place]!) / (to - place) - mean);
  };
  let best = first;
  let least = off(first) - 0.01 * mean;
  for (let place = Math.ceil(start / align) * align; place <= end; place += align) {
    const far = off(place);
    if (far < least) [best, least] = [place, far];
  }
  return best;
}

import type { Plane } from "@banana-peel/onnx";

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

/** Rows from which a plane's retention is estimated; all rows of one that is small. */
export function sampleRows(plane: Plane): Rows[] {
  const { rows, columns, along, blockSize } = plane;
  const wanted = Math.max(SAMPLE_RUNS, Math.ceil(SAMPLE_ELEMENTS / columns));
  if (rows <= 2 * wanted) return allRows(plane);
  return sampleRuns(rows, wanted, along === "row-blocks" ? { align: blockSize, whole: false } : undefined);
}

/**
 * About `wanted` of `rows` rows, in runs spread evenly; all of them when they are few.
 * @param blocks runs start at a multiple of `align` and stay within that many rows; `whole` ones fill them
 */
export function sampleRuns(rows: number, wanted: number, blocks = { align: 1, whole: false }): Rows[] {
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
    const anywhere = Math.floor(i * stretch) + ((i * 7919) % (free + 1));
    const first = anywhere - (anywhere % align);
    return { first, rows: Math.min(run, rows - first) };
  });
}

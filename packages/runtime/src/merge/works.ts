import type { Plane } from "@banana-peel/onnx";

/** Elements of a work: a few milliseconds, long enough that preparing the columns doesn't count. */
const WORK_ELEMENTS = 1 << 20;
/** Fewest rows of a work: below, preparing the columns would. */
const LEAST_ROWS = 64;
/** Elements that a sample looks at, and the number of places in which its rows lie. */
const SAMPLE_ELEMENTS = 1 << 17;
const SAMPLE_RUNS = 16;

/** Some rows of a plane that lie together. */
export interface Rows {
  readonly first: number;
  readonly rows: number;
}

/** All rows of a plane, in pieces that begin at a block of rows. */
export function allRows({ rows, columns, along, blockSize }: Plane): Rows[] {
  const unit = along === "row-blocks" ? blockSize : 4;
  const wanted = Math.max(LEAST_ROWS, Math.round(WORK_ELEMENTS / columns));
  const size = Math.ceil(wanted / unit) * unit;
  return Array.from({ length: Math.ceil(rows / size) }, (_, i) => ({
    first: i * size,
    rows: Math.min(size, rows - i * size),
  }));
}

/**
 * Rows from which a plane's retention is estimated: runs spread evenly, within one block of rows each; all rows of a
 * plane that is small.
 */
export function sampleRows(plane: Plane): Rows[] {
  const { rows, columns, along, blockSize } = plane;
  const wanted = Math.max(SAMPLE_RUNS, Math.ceil(SAMPLE_ELEMENTS / columns));
  if (rows <= 2 * wanted) return allRows(plane);
  const apart = rows / SAMPLE_RUNS;
  const unit = along === "row-blocks" ? Math.min(blockSize, wanted) : wanted;
  const run = Math.max(1, Math.min(unit, Math.floor(wanted / SAMPLE_RUNS)));
  return Array.from({ length: SAMPLE_RUNS }, (_, i) => {
    // Not always the same place of its stretch, so that no period of the weights is hit by all.
    const free = Math.floor(apart - run);
    const first = Math.floor(i * apart) + ((i * 7919) % (free + 1));
    const within = along === "row-blocks" ? first % blockSize : 0;
    const start =
      within + run > blockSize && along === "row-blocks" ? first - within + blockSize - run : first;
    return { first: start, rows: Math.min(run, rows - start) };
  });
}

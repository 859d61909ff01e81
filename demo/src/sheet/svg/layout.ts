/** Measures of the sheet, in pixels. */
export const WIDTH = 1280;
export const MARGIN = 48;
export const INNER = WIDTH - 2 * MARGIN;
/** The row of weights. */
export const GAP = 16;
/** The small tiles below it. */
export const SMALL = 128;

import type { DemoPicture, DemoReport, DemoRow } from "../../report.js";
import { pictureLabel } from "../labels.js";
import { pngAddress, shorten } from "../text.js";
import { COLORS, text, tile } from "./elements.js";
import { MARGIN, SMALL, WIDTH } from "./layout.js";

const PAIR_GAP = 6;
const GROUP_GAP = 24;
/** Pairs that there is room for. */
const MOST_ROWS = 3;
const PAIR = 2 * SMALL + PAIR_GAP;
export const LOWER_HEIGHT = SMALL + 92;

/** Merged and taken off at the left, other prompts at the right. */
export function lowerRow(report: DemoReport, top: number): string {
  const ends = report.main.pictures.filter(({ how }) => how === "merged" || how === "taken off");
  const rows = report.more.slice(0, MOST_ROWS);
  const left = ends.map((picture, i) => endTile(picture, MARGIN + i * (SMALL + GROUP_GAP), top, i));
  const start = WIDTH - MARGIN - MOST_ROWS * PAIR - (MOST_ROWS - 1) * GROUP_GAP;
  const right = rows.map((row, i) => pair(row, start + i * (PAIR + GROUP_GAP), top, i));
  return [
    text("Merged, and taken off", { x: MARGIN, y: top + 14, size: 15, bold: true, color: COLORS.muted }),
    ...left,
    ...(rows.length > 0
      ? [
          text("More prompts, without and with the peel", {
            x: start,
            y: top + 14,
            size: 15,
            bold: true,
            color: COLORS.muted,
          }),
        ]
      : []),
    ...right,
  ].join("");
}

function endTile(picture: DemoPicture, x: number, top: number, i: number): string {
  const { title, detail } = pictureLabel(picture);
  const y = top + 28;
  return [
    tile(pngAddress(picture.png), x, y, SMALL, `end-${i}`),
    text(title, { x, y: y + SMALL + 24, size: 15, bold: true }),
    text(detail, {
      x,
      y: y + SMALL + 44,
      size: 12.5,
      color: picture.how === "taken off" ? COLORS.green : COLORS.muted,
    }),
  ].join("");
}

function pair(row: DemoRow, x: number, top: number, i: number): string {
  const y = top + 28;
  const tiles = row.pictures
    .slice(0, 2)
    .map((picture, j) =>
      tile(pngAddress(picture.png), x + j * (SMALL + PAIR_GAP), y, SMALL, `more-${i}-${j}`),
    );
  return [
    ...tiles,
    text(`\u201c${shorten(row.prompt, 31)}\u201d`, { x, y: y + SMALL + 23, size: 13, mono: true }),
    text(`seed ${row.seed}`, { x, y: y + SMALL + 43, size: 12.5, color: COLORS.muted }),
  ].join("");
}

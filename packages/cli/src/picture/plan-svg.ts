import type { PlanTarget, Strategy } from "@banana-peel/runtime";
import { type PlanReport, planTitle, planTotals } from "../ui/plan.js";
import { COLORS, rect, text, titled } from "./svg.js";

/** Fill of each strategy; told apart in grey too, by their lightness. */
export const STRATEGY_COLORS: Readonly<Record<Strategy, string>> = {
  attach: "#f2b705",
  merge: "#2b7a3f",
  promote: "#7a4fa3",
};

const MARGIN = 32;
const HEAD = 128;
const ROW = 22;
/** About how wide a character of the title is. */
const TITLE = 12;
/** Width of a column whose paths are short. */
const COLUMN = 620;
/** Targets for each column squared: makes the picture about as wide as it is high. */
const SQUARE = 12;
/** Where things stand in a row, from the column's left; what is behind a path gives way to long ones. */
const AT = { chip: 0, path: 18, rank: 300, gain: 340, error: 484 } as const;
/** Characters of a path that are shown, and how wide one is. */
const PATH = { most: 46, character: 7.3, gap: 8 } as const;
const BAR = 96;
const ERROR_BAR = 80;
/** From a bar to its figure. */
const GAP = 6;
/** Gain at the right end of its bar. */
const MOST_GAIN = 1.2;

/**
 * The plan as a picture: a row a target with its strategy, rank, gain (a bar up to a line at 1) and error. Every row
 * has a title with the reason, which browsers show under the pointer.
 */
export function planSvg(report: PlanReport): string {
  const { targets } = report.plan;
  const columns = Math.max(1, Math.round(Math.sqrt(targets.length / SQUARE)));
  const rows = Math.ceil(targets.length / columns);
  const longest = Math.min(PATH.most, Math.max(0, ...targets.map(({ path }) => path.length)));
  const wider = Math.max(0, Math.ceil(AT.path + longest * PATH.character + PATH.gap) - AT.rank);
  const column = COLUMN + wider;
  const title = planTitle(report);
  const width = Math.max(960, 2 * MARGIN + Math.max(columns * column, Math.ceil(title.length * TITLE)));
  const height = HEAD + rows * ROW + 2 * MARGIN;
  const body = targets.map((target, i) => {
    const x = MARGIN + Math.floor(i / rows) * column;
    return row(target, { x, y: HEAD + ROW + (i % rows) * ROW, wider });
  });
  const heads = Array.from({ length: targets.length === 0 ? 0 : columns }, (_, i) =>
    columnHead(MARGIN + i * column, wider),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    titled(title),
    rect(0, 0, width, height, COLORS.paper),
    text(title, { x: MARGIN, y: 46, size: 20, bold: true }),
    text(planTotals(report.plan), { x: MARGIN, y: 72, size: 13, color: COLORS.muted }),
    legend(MARGIN, 98, report),
    ...heads,
    ...body,
    "</svg>",
  ].join("\n");
}

function legend(x: number, y: number, { plan: { totals } }: PlanReport): string {
  const entries: [Strategy, number][] = [
    ["attach", totals.attached],
    ["merge", totals.merged],
    ["promote", totals.promoted],
  ];
  return entries
    .map(([strategy, count], i) => {
      const left = x + i * 150;
      return (
        rect(left, y - 10, 12, 12, STRATEGY_COLORS[strategy], 3) +
        text(`${strategy}: ${count}`, { x: left + 18, y, size: 13 })
      );
    })
    .join("");
}

function columnHead(x: number, wider: number): string {
  const y = HEAD + 4;
  const head = (content: string, at: number) =>
    text(content, { x: x + at, y, size: 11, color: COLORS.muted });
  return [
    head("target", AT.path),
    head("rank", AT.rank + wider),
    head("gain", AT.gain + wider),
    head("error", AT.error + wider),
  ].join("");
}

function row(
  { path, strategy, rounding, rank, gain, error, reason }: PlanTarget,
  { x, y, wider }: { x: number; y: number; wider: number },
): string {
  const right = x + wider;
  const fill = STRATEGY_COLORS[strategy];
  const base = y + 4;
  const clamp = (share: number) => Math.max(0, Math.min(1, Number.isFinite(share) ? share : 1));
  const one = right + AT.gain + BAR / MOST_GAIN;
  return [
    "<g>",
    titled(`${path}: ${strategy}${rounding === undefined ? "" : ` (${rounding})`}, ${reason}`),
    rect(x + AT.chip, y - 6, 12, 12, fill, 3),
    text(shortened(path, PATH.most), { x: x + AT.path, y: base, size: 12, mono: true }),
    text(String(rank), { x: right + AT.rank + 22, y: base, size: 12, anchor: "end" }),
    rect(right + AT.gain, y - 5, BAR, 10, COLORS.line, 2),
    rect(right + AT.gain, y - 5, BAR * clamp(gain / MOST_GAIN), 10, fill, 2),
    `<path d="M${one} ${y - 8}v16" stroke="${COLORS.ink}" stroke-width="1.5"/>`,
    rect(right + AT.error, y - 5, ERROR_BAR, 10, COLORS.line, 2),
    rect(right + AT.error, y - 5, ERROR_BAR * clamp(error), 10, COLORS.error, 2),
    text(gain.toFixed(2), { x: right + AT.gain + BAR + GAP, y: base, size: 11, color: COLORS.muted }),
    text(error.toFixed(2), { x: right + AT.error + ERROR_BAR + GAP, y: base, size: 11, color: COLORS.muted }),
    "</g>",
  ].join("");
}

/** A path's end says most of it. */
function shortened(path: string, most: number): string {
  return path.length <= most ? path : `…${path.slice(path.length - most + 1)}`;
}

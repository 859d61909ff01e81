import type { DemoReport } from "../../report.js";
import { COLORS } from "./elements.js";
import { FACTS_HEIGHT, facts } from "./facts.js";
import { HEADER_HEIGHT, header } from "./header.js";
import { WIDTH } from "./layout.js";
import { LOWER_HEIGHT, lowerRow } from "./lower-row.js";
import { weightsRow } from "./weights-row.js";

/** The contact sheet as SVG, with every picture inside; text in DejaVu Sans and DejaVu Sans Mono. */
export function sheetSvg(report: DemoReport): string {
  const weights = weightsRow(report, HEADER_HEIGHT);
  const lower = HEADER_HEIGHT + weights.height + 12;
  const bottom = lower + LOWER_HEIGHT + 4;
  const height = bottom + FACTS_HEIGHT - 24;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">`,
    `<rect width="${WIDTH}" height="${height}" fill="${COLORS.paper}"/>`,
    `<rect width="${WIDTH}" height="8" fill="${COLORS.banana}"/>`,
    header(report),
    weights.svg,
    lowerRow(report, lower),
    facts(report, bottom),
    "</svg>",
  ].join("\n");
}

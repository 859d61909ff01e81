import type { DemoReport } from "../../report.js";
import { planFacts } from "../plan-facts.js";
import { duration, shortDigest, shorten } from "../text.js";
import { COLORS, text } from "./elements.js";
import { INNER, MARGIN } from "./layout.js";

export const FACTS_HEIGHT = 172;

/** Who signed, what was applied and how fast, in four columns, and the notice below. */
export function facts(report: DemoReport, top: number): string {
  const { peel, base, plans, times } = report;
  const columns = [
    {
      title: "Signed and verified",
      lines: [shortDigest(peel.signer ?? "unsigned", 16), `${peel.name} ${peel.version}`],
    },
    { title: "Base", lines: [`${base.family} ${base.version}, int8`, shortDigest(base.digest, 16)] },
    {
      title: "Kept of the change",
      lines: [planFacts(plans.attach).short, planFacts(plans.merge).short],
    },
    {
      title: "Speed here",
      lines: [`${duration(times.picture)} a picture`, `${duration(times.swap)} to change the weight`],
    },
  ];
  const width = INNER / columns.length;
  return [
    `<line x1="${MARGIN}" y1="${top}" x2="${MARGIN + INNER}" y2="${top}" stroke="${COLORS.line}" stroke-width="2"/>`,
    ...columns.map(({ title, lines }, i) => {
      const x = MARGIN + i * width;
      return [
        text(title, { x, y: top + 38, size: 17, bold: true, color: i === 0 ? COLORS.green : COLORS.ink }),
        ...lines.map((line, j) => text(shorten(line, 34), { x, y: top + 64 + 22 * j, size: 14 })),
      ].join("");
    }),
    text(shorten(peel.notice ?? peel.title, 150), { x: MARGIN, y: top + 128, size: 13, color: COLORS.muted }),
  ].join("");
}

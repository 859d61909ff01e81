import type { DemoPicture, DemoReport } from "../../report.js";
import { pictureLabel } from "../labels.js";
import { pngAddress } from "../text.js";
import { COLORS, text, tile } from "./elements.js";
import { GAP, INNER, MARGIN } from "./layout.js";

/** The pictures of the dial: without the peel and attached at rising weights. */
export function dialPictures(report: DemoReport): readonly DemoPicture[] {
  return report.main.pictures.filter(({ how }) => how === "without" || how === "attached");
}

/** A large tile for each weight, on a dial. */
export function weightsRow(report: DemoReport, top: number): { svg: string; height: number } {
  const pictures = dialPictures(report);
  const side = Math.floor((INNER - GAP * (pictures.length - 1)) / pictures.length);
  const center = (i: number) => MARGIN + i * (side + GAP) + side / 2;
  const dial = top + side + 24;
  const parts = pictures.map((picture, i) => {
    const { title, detail } = pictureLabel(picture);
    const x = center(i);
    return [
      tile(pngAddress(picture.png), x - side / 2, top, side, `dial-${i}`),
      `<circle cx="${x}" cy="${dial}" r="8" fill="${(picture.weight ?? 0) > 0 ? COLORS.banana : COLORS.card}" stroke="${COLORS.ink}" stroke-width="2.5"/>`,
      text(title, { x, y: dial + 36, size: 20, bold: true, anchor: "middle" }),
      text(detail, { x, y: dial + 58, size: 15, color: COLORS.muted, anchor: "middle" }),
    ].join("");
  });
  const last = center(pictures.length - 1);
  const line = `<line x1="${center(0)}" y1="${dial}" x2="${last}" y2="${dial}" stroke="${COLORS.ink}" stroke-width="2.5"/>`;
  return { svg: line + parts.join(""), height: side + 24 + 58 + 20 };
}

import type { DemoReport } from "../../report.js";
import { bananaPaths } from "../mark.js";
import { shorten } from "../text.js";
import { box, COLORS, monoWidth, text } from "./elements.js";
import { INNER, MARGIN, WIDTH } from "./layout.js";

export const HEADER_HEIGHT = 168;

/** Name, command and prompt. */
export function header({ main, peel }: DemoReport): string {
  const command = `$ banana-peel add ${peel.name.replace(/^@peels\//, "")}`;
  const size = 20;
  const pill = monoWidth(command, size) + 40;
  return [
    `<g transform="translate(${MARGIN} 30) scale(0.5)">${bananaPaths()}</g>`,
    text("Banana Peel", { x: MARGIN + 62, y: 68, size: 36, bold: true }),
    box(WIDTH - MARGIN - pill, 34, pill, 48, COLORS.ink),
    text(command, { x: WIDTH - MARGIN - pill + 20, y: 65, size, mono: true, color: COLORS.banana }),
    text("The same prompt and the same seed, on the same int8 model: only the peel changes.", {
      x: MARGIN,
      y: 116,
      size: 20,
      color: COLORS.muted,
    }),
    ...prompt(main.prompt, main.seed),
  ].join("");
}

function prompt(words: string, seed: number): string[] {
  const shown = `prompt \u201c${shorten(words, 78)}\u201d`;
  const seedText = `seed ${seed}`;
  const y = 150;
  return [
    text(shown, { x: MARGIN, y, size: 17, mono: true }),
    text(seedText, { x: MARGIN + INNER, y, size: 17, mono: true, anchor: "end", color: COLORS.muted }),
  ];
}

import { escapeMarkup } from "../text.js";

/** Colours of the sheet. */
export const COLORS = {
  paper: "#fffdf5",
  card: "#ffffff",
  line: "#e8e0c8",
  ink: "#211d12",
  muted: "#6d6551",
  banana: "#ffd43b",
  green: "#2b7a3f",
} as const;

export const SANS = "DejaVu Sans";
export const MONO = "DejaVu Sans Mono";

/** Where and how a line of text stands; x and y in pixels, y at the base line. */
export interface TextStyle {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly bold?: boolean;
  readonly mono?: boolean;
  readonly color?: string;
  readonly anchor?: "start" | "middle" | "end";
}

/** One line of text. */
export function text(content: string, style: TextStyle): string {
  const { x, y, size, bold = false, mono = false, color = COLORS.ink, anchor = "start" } = style;
  const weight = bold ? ' font-weight="700"' : "";
  return `<text x="${x}" y="${y}" font-family="${mono ? MONO : SANS}" font-size="${size}" fill="${color}" text-anchor="${anchor}"${weight}>${escapeMarkup(content)}</text>`;
}

/** A rounded rectangle. */
export function box(x: number, y: number, width: number, height: number, fill: string, extra = ""): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10" fill="${fill}" ${extra}/>`;
}

/** A square picture with rounded corners and a thin edge; `id` is unique in the sheet. */
export function tile(href: string, x: number, y: number, side: number, id: string): string {
  return [
    `<clipPath id="${id}"><rect x="${x}" y="${y}" width="${side}" height="${side}" rx="10"/></clipPath>`,
    `<image href="${href}" x="${x}" y="${y}" width="${side}" height="${side}" clip-path="url(#${id})"/>`,
    `<rect x="${x}" y="${y}" width="${side}" height="${side}" rx="10" fill="none" stroke="#000000" stroke-opacity="0.14"/>`,
  ].join("");
}

/** Width of monospaced text in pixels: DejaVu Sans Mono advances 0.602 em a character. */
export function monoWidth(content: string, size: number): number {
  return [...content].length * size * 0.602;
}

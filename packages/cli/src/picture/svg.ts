/** Colours of pictures. */
export const COLORS = {
  paper: "#fffdf5",
  ink: "#211d12",
  muted: "#6d6551",
  line: "#ebe4cd",
  error: "#c2452d",
} as const;

const SANS = "DejaVu Sans, Verdana, Arial, sans-serif";
const MONO = "DejaVu Sans Mono, Consolas, Menlo, monospace";

/** Where and how a line of text stands; pixels, y at the base line. */
export interface TextStyle {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly bold?: boolean;
  readonly mono?: boolean;
  readonly color?: string;
  readonly anchor?: "start" | "end";
}

/** One line of text. */
export function text(content: string, style: TextStyle): string {
  const { x, y, size, bold = false, mono = false, color = COLORS.ink, anchor = "start" } = style;
  const weight = bold ? ' font-weight="700"' : "";
  return `<text x="${x}" y="${y}" font-family="${mono ? MONO : SANS}" font-size="${size}" fill="${color}" text-anchor="${anchor}"${weight}>${escapeXml(content)}</text>`;
}

/** A filled rectangle. */
export function rect(x: number, y: number, width: number, height: number, fill: string, radius = 0): string {
  return `<rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${height}" rx="${radius}" fill="${fill}"/>`;
}

/** The title of what it stands in: shown under the pointer, read aloud. */
export function titled(content: string): string {
  return `<title>${escapeXml(content)}</title>`;
}

/** Text as XML has it, without the control characters that XML has no way to write. */
export function escapeXml(content: string): string {
  return content
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

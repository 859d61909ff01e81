import type { Colours } from "./colours.js";

/** A table: a dim head, columns as wide as their widest cell, two spaces between. Cells are plain text. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  colours: Colours,
): string {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return `${[colours.dim(line(head)), ...rows.map(line)].join("\n")}\n`;
}

/** The rows as text in columns. */
export function table(rows) {
  const lines = rows.map((row) => [
    row.met === null ? "" : row.met ? "met" : "SHORT",
    row.name,
    `${row.ours} ${row.unit}`,
    `${row.beside} ${row.unit} (${row.besideName})`,
    String(row.ratio),
    row.goal ?? "shown",
  ]);
  const all = [["", "what", "ours", "beside", "ratio", "goal"], ...lines];
  const widths = all[0].map((_, column) => Math.max(...all.map((line) => line[column].length)));
  return all
    .map(
      (line) =>
        `${line
          .map((text, column) => text.padEnd(widths[column]))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

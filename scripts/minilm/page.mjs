/** bases/minilm/evaluation/README.md from results.json; every number on it is read from there. */
export function page({ names, queries, rows }) {
  const noise = Math.sqrt((0.8 * 0.2) / queries);
  return `# Evaluation of minilm and python-search

Written by \`node scripts/minilm/evaluate.mjs WORK\`; every number is measured by that run.

${queries} held-out sentences, each to be found among ${names} qualified Python names. Recall is the share whose right name is the first, or among the first ten; its standard error is about ${noise.toFixed(3)}. The cosine is the mean over all embeddings to those of PEFT's own model in PyTorch. Gain (smallest) and relative error (largest) of a target are what the plan reported: see docs/specification/base.md. The two first rows are PyTorch in float; the others are our runtime on ONNX Runtime, on the published files.

| base | applied by | recall@1 | recall@10 | cosine to PEFT | gain, min | error, max | attached / merged / promoted |
|---|---|---|---|---|---|---|---|
${rows.map(line).join("\n")}

${rows.some((row) => row.base === "int4") ? lost(rows) : ""}
`;
}

function line(row) {
  const { totals } = row;
  const cells = [
    row.base,
    row.variant,
    row["@1"].toFixed(3),
    row["@10"].toFixed(3),
    row.cosine.toFixed(4),
    row.gain?.toFixed(3) ?? "",
    row.error?.toFixed(3) ?? "",
    totals ? `${totals.attached} / ${totals.merged} / ${totals.promoted}` : "",
  ];
  return `| ${cells.join(" | ")} |`;
}

/** What each way loses against attach at int4, in points of recall@10, beside the goal. */
function lost(rows) {
  const own = rows.filter((row) => row.base === "int4" && row.variant !== "base");
  const attach = own.find((row) => row.variant === "attach");
  const lines = own
    .filter((row) => row !== attach)
    .map((row) => {
      const points = 100 * (attach["@10"] - row["@10"]);
      return `- ${row.variant}: ${points.toFixed(1)} points${points > 2 ? ", **over the goal**" : ""}`;
    });
  return `## What int4 loses against attach, in points of recall@10

The goal is at most 2.

${lines.join("\n")}`;
}

import type { DemoReport } from "../../report.js";
import { banana } from "../mark.js";
import { escapeMarkup } from "../text.js";
import { pictures } from "./pictures.js";
import { STYLES } from "./styles.js";
import { planTables, provenance, stepList } from "./tables.js";

/** The page beside the contact sheet: one file, with every picture inside, no script, nothing from elsewhere. */
export function sheetHtml(report: DemoReport): string {
  const { peel, versions } = report;
  const command = `banana-peel add ${peel.name.replace(/^@peels\//, "")}`;
  const credits = peel.credits.map(({ title, author, license }) =>
    [title, author, license].filter(Boolean).join(", "),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Banana Peel: ${escapeMarkup(peel.title)}</title>
<link rel="icon" href="data:,">
<style>${STYLES}</style>
</head>
<body>
<main>
<header><h1>${banana()}Banana Peel</h1><code class="command">$ ${escapeMarkup(command)}</code></header>
<p class="lead">The same prompt and the same seed, on the same int8 model: only the peel changes.</p>
${pictures(report)}
<h2>Signed and verified</h2>
<p>The registry checked the signature before it took the peel, the client before it installed it, and the runtime reads no byte that was not signed.</p>
${provenance(report)}
<h2>What is applied</h2>
<p>Gain is how much of the intended change the applied one keeps (1 is all of it); the relative error is the distance between the two. Both are measured on the weights as they are stored. Left to itself (auto), the runtime merges where enough is kept and attaches elsewhere.</p>
${planTables(report)}
<h2>How it went</h2>
${stepList(report.steps)}
<footer>
${peel.notice === undefined ? "" : `<p>${escapeMarkup(peel.notice)}</p>`}
${credits.length === 0 ? "" : `<p>Made from: ${escapeMarkup(credits.join("; "))}.</p>`}
<p>Banana Peel ${escapeMarkup(versions.bananaPeel)}, onnxruntime ${escapeMarkup(versions.onnxruntime)}, Node ${escapeMarkup(versions.node)}.</p>
</footer>
</main>
</body>
</html>
`;
}

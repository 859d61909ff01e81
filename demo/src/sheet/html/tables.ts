import type { DemoReport, DemoStep } from "../../report.js";
import { percent, planFacts } from "../plan-facts.js";
import { byteSize, duration, escapeMarkup } from "../text.js";

/** Who signed, and the digests. */
export function provenance({ peel, base, times }: DemoReport): string {
  const facts: [string, string][] = [
    [
      "Peel",
      `${peel.name} ${peel.version}, rank ${peel.rank}, ${byteSize(peel.tarballBytes)}, ${peel.license}`,
    ],
    ["Signed by", code(peel.signer ?? "nobody")],
    ["Tarball", code(peel.integrity)],
    ["Adapter", code(`sha256:${peel.adapterSha256}`)],
    [
      "Base",
      `${escapeMarkup(`${base.title} (${base.family} ${base.version}), int8`)}<br>${code(base.digest)}`,
    ],
    [
      "Speed on this machine",
      `${duration(times.picture)} a picture, ${duration(times.swap)} to change the weight, ${duration(times.merge)} to merge`,
    ],
  ];
  return `<dl>${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${value.startsWith("<") || value.includes("<br>") ? value : escapeMarkup(value)}</dd></div>`).join("")}</dl>`;
}

/** Both plans: their totals, and every target. */
export function planTables({ plans }: DemoReport): string {
  const totals = (["attach", "merge", "auto"] as const).map((name) => {
    const facts = planFacts(plans[name]);
    return `<tr><th scope="row">${name}</th><td>${facts.targets}</td><td>${facts.gain}</td><td>${facts.error}</td></tr>`;
  });
  const merged = new Map(plans.merge.targets.map((target) => [target.path, target]));
  const chosen = new Map(plans.auto.targets.map((target) => [target.path, target.strategy]));
  const rows = plans.attach.targets.map((target) => {
    const other = merged.get(target.path);
    const cells = [
      target.gain.toFixed(3),
      percent(target.error),
      other?.gain.toFixed(3) ?? "",
      other ? percent(other.error) : "",
      chosen.get(target.path) ?? "",
    ];
    return `<tr><th scope="row"><code>${escapeMarkup(target.path)}</code></th><td>${target.rank}</td>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  return `
${scroll("Totals of both plans", `<table><thead><tr><th scope="col">Strategy</th><th scope="col">Targets</th><th scope="col">Gain</th><th scope="col">Relative error</th></tr></thead><tbody>${totals.join("")}</tbody></table>`)}
<details><summary>All ${plans.attach.targets.length} targets</summary>
${scroll("Plan by target", `<table><thead><tr><th scope="col">Target</th><th scope="col">Rank</th><th scope="col">Gain, attached</th><th scope="col">Error</th><th scope="col">Gain, merged</th><th scope="col">Error</th><th scope="col">auto</th></tr></thead><tbody>${rows.join("")}</tbody></table>`)}
</details>`;
}

/** The steps with their times. */
export function stepList(steps: readonly DemoStep[]): string {
  const items = steps.map(({ title, ms, details }) => {
    const lines = details.map((detail) => `<li>${escapeMarkup(detail)}</li>`).join("");
    return `<li><span>${escapeMarkup(title)}</span><time datetime="PT${(ms / 1000).toFixed(3)}S">${duration(ms)}</time>${lines === "" ? "" : `<ul>${lines}</ul>`}</li>`;
  });
  return `<ol class="steps">${items.join("")}</ol>`;
}

function code(text: string): string {
  return `<code>${escapeMarkup(text)}</code>`;
}

function scroll(name: string, table: string): string {
  return `<div class="scroll" role="region" aria-label="${name}" tabindex="0">${table}</div>`;
}

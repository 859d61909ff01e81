import type { DemoPicture, DemoReport, DemoRow } from "../../report.js";
import { pictureAlt, pictureLabel } from "../labels.js";
import { escapeMarkup, pngAddress } from "../text.js";

/** The main row, then merged and taken off, then the other prompts. */
export function pictures(report: DemoReport): string {
  const { main, more, peel } = report;
  const dial = main.pictures.filter(({ how }) => how === "without" || how === "attached");
  const ends = main.pictures.filter(({ how }) => how === "merged" || how === "taken off");
  return `
<p class="prompt"><span>Prompt <code>${escapeMarkup(main.prompt)}</code></span><span class="muted">Seed ${main.seed}</span></p>
<div class="dial">${dial.map((picture) => figure(main, picture, peel.title)).join("")}</div>
<h2>Merged, and taken off</h2>
<div class="beside"><p>Attached, the peel runs beside the layers and its weight can change between two pictures. Merged, it is folded into the int8 weights and costs nothing while drawing. Taken off, the base is what it was, to the last byte.</p>
<div class="tiles">${ends.map((picture) => figure(main, picture, peel.title)).join("")}</div></div>
${more.length === 0 ? "" : `<h2>More prompts, without and with the peel</h2>\n<div class="pairs">${more.map((row) => pair(row, peel.title)).join("")}</div>`}`;
}

function figure(row: DemoRow, picture: DemoPicture, peel: string): string {
  const { title, detail } = pictureLabel(picture);
  const same = picture.how === "taken off" ? ' class="same"' : "";
  return `<figure${same}>${image(row, picture, peel)}<figcaption><strong>${escapeMarkup(title)}</strong><span>${escapeMarkup(detail)}</span></figcaption></figure>`;
}

function pair(row: DemoRow, peel: string): string {
  const images = row.pictures.map((picture) => `<figure>${image(row, picture, peel)}</figure>`).join("");
  return `<div class="pair"><div>${images}</div><p><code>${escapeMarkup(row.prompt)}</code><br><span class="muted">Seed ${row.seed}</span></p></div>`;
}

function image(row: DemoRow, picture: DemoPicture, peel: string): string {
  const alt = escapeMarkup(pictureAlt(row, picture, peel));
  return `<img src="${pngAddress(picture.png)}" width="${picture.size}" height="${picture.size}" alt="${alt}">`;
}

import { extname, resolve } from "node:path";
import { BananaError } from "@banana-peel/format";
import { type PlanReport, planTitle } from "../ui/plan.js";
import { planSvg } from "./plan-svg.js";
import { svgToPng } from "./png.js";
import { COLORS, escapeXml } from "./svg.js";

/**
 * Draws a plan into a file, as the file's ending says; its folder is made.
 * @throws BananaError USAGE for another ending; PACKAGE_MISSING for a PNG without its renderer; DISK_FULL,
 *   TARGET_READ_ONLY
 */
export async function writePicture(file: string, report: PlanReport): Promise<void> {
  const svg = planSvg(report);
  const bytes = await encode(extname(file).toLowerCase(), svg, planTitle(report), file);
  const { writeWhole } = await import("@banana-peel/client");
  await writeWhole(resolve(file), bytes);
}

async function encode(ending: string, svg: string, title: string, file: string): Promise<Uint8Array> {
  if (ending === ".svg") return new TextEncoder().encode(`${svg}\n`);
  if (ending === ".html") return new TextEncoder().encode(page(svg, title));
  if (ending === ".png") return svgToPng(svg);
  throw new BananaError("USAGE", `expected a file that ends in .svg, .html or .png, found ${file}`, {
    where: "--picture",
    hint: "For example: --picture plan.html",
  });
}

function page(svg: string, title: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeXml(title)}</title>
<style>body { margin: 0; background: ${COLORS.paper}; } svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }</style>
${svg}
</html>
`;
}

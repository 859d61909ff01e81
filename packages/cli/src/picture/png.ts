import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { BananaError } from "@banana-peel/format";

const PACKAGE = "@resvg/resvg-js";
/** Pixels of the PNG for each of the SVG. */
const SCALE = 2;

/**
 * Renders an SVG by resvg, which is not installed with the command line because few need it. The fonts are those of
 * the npm package dejavu-fonts-ttf where it is installed, else the machine's.
 * @throws BananaError PACKAGE_MISSING
 */
export async function svgToPng(svg: string): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js").catch((cause: unknown) => {
    throw new BananaError(
      "PACKAGE_MISSING",
      `expected the package ${PACKAGE} to draw a PNG, found none that loads`,
      {
        where: "--picture",
        hint: `npm install ${PACKAGE} dejavu-fonts-ttf, or name a file that ends in .svg or .html.`,
        cause,
      },
    );
  });
  const fontFiles = await dejavu();
  const resvg = new Resvg(svg, {
    fitTo: { mode: "zoom", value: SCALE },
    font: { fontFiles, loadSystemFonts: fontFiles.length === 0 },
  });
  return resvg.render().asPng();
}

async function dejavu(): Promise<string[]> {
  try {
    const folder = join(
      dirname(createRequire(import.meta.url).resolve("dejavu-fonts-ttf/package.json")),
      "ttf",
    );
    const names = (await readdir(folder)).filter((name) => /^DejaVuSans(Mono)?(-Bold)?\.ttf$/.test(name));
    return names.map((name) => join(folder, name));
  } catch {
    return [];
  }
}

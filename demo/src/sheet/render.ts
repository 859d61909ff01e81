import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { MONO, SANS } from "./svg/elements.js";

const FONTS = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf"];
const require = createRequire(import.meta.url);

/**
 * Renders the sheet as PNG with the fonts of the npm package dejavu-fonts-ttf, never with the machine's.
 * @param scale pixels of the PNG for each of the SVG
 */
export function renderSheet(svg: string, scale = 1.5): Uint8Array {
  const folder = join(dirname(require.resolve("dejavu-fonts-ttf/package.json")), "ttf");
  const resvg = new Resvg(svg, {
    fitTo: { mode: "zoom", value: scale },
    font: {
      fontFiles: FONTS.map((file) => join(folder, file)),
      loadSystemFonts: false,
      defaultFontFamily: SANS,
      sansSerifFamily: SANS,
      monospaceFamily: MONO,
    },
  });
  return resvg.render().asPng();
}

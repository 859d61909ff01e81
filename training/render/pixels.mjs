import { Resvg } from "@resvg/resvg-js";

/** Rasterises an SVG to `size` x `size` RGB bytes (row-major, alpha dropped: give it an opaque background). */
export function rgb(svg, size) {
  const { pixels, width, height } = new Resvg(svg, { fitTo: { mode: "width", value: size } }).render();
  if (width !== size || height !== size) {
    throw new Error(`expected ${size} x ${size} pixels, got ${width} x ${height}`);
  }
  const out = Buffer.allocUnsafe(size * size * 3);
  for (let from = 0, to = 0; from < pixels.length; from += 4) {
    out[to++] = pixels[from];
    out[to++] = pixels[from + 1];
    out[to++] = pixels[from + 2];
  }
  return out;
}

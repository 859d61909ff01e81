import { BananaError } from "@banana-peel/format";

/** A picture: 8-bit RGBA, row-major, sRGB, opaque. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 4 * width * height bytes. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/**
 * A decoder's planes as pixels: [-1, 1] to [0, 255], rounded to nearest (half to even), values outside clamped.
 * @param planes [3, size, size], red, green, blue, row-major
 * @throws BananaError RUN_FAILED (not finite: no picture to show)
 */
export function toPicture(planes: Float32Array, size: number): Picture {
  const area = size * size;
  const pixels = new Uint8ClampedArray(4 * area);
  for (let i = 0; i < area; i++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = planes[channel * area + i]!;
      if (!Number.isFinite(value))
        throw new BananaError("RUN_FAILED", `expected finite pixels, found ${value}`, {
          where: "decoder",
          hint: "A peel's weight may be too large for this base; try a smaller one.",
        });
      pixels[4 * i + channel] = (value + 1) * 127.5;
    }
    pixels[4 * i + 3] = 255;
  }
  return { width: size, height: size, pixels };
}

import { encode } from "fast-png";
import type { Picture } from "./pixels.js";

/**
 * Encodes a picture as PNG (ISO/IEC 15948), 8-bit RGB. The same picture gives the same bytes everywhere: deflate is
 * done in JavaScript and no time or tool is written.
 */
export function encodePng({ width, height, pixels }: Picture): Uint8Array {
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) rgb.set(pixels.subarray(4 * i, 4 * i + 3), 3 * i);
  return encode({ width, height, data: rgb, depth: 8, channels: 3 });
}

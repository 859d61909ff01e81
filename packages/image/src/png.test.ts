import { decode } from "fast-png";
import { expect, test } from "vitest";
import { encodePng } from "./png.js";

const pixels = Uint8ClampedArray.from({ length: 4 * 6 }, (_, i) => (i % 4 === 3 ? 255 : (37 * i) % 256));

test("keeps every pixel", () => {
  const { width, height, channels, depth, data } = decode(encodePng({ width: 3, height: 2, pixels }));
  expect({ width, height, channels, depth }).toEqual({ width: 3, height: 2, channels: 3, depth: 8 });
  expect([...data]).toEqual([...pixels].filter((_, i) => i % 4 !== 3));
});

test("gives the same bytes every time, with nothing in them but the picture", () => {
  const first = encodePng({ width: 3, height: 2, pixels });
  expect(encodePng({ width: 3, height: 2, pixels })).toEqual(first);
  const text = new TextDecoder("latin1").decode(first);
  expect(text.startsWith("\x89PNG\r\n\x1a\n")).toBe(true);
  for (const chunk of ["tEXt", "tIME", "iTXt", "zTXt"]) expect(text).not.toContain(chunk);
});

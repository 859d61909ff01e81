import { describe, expect, it } from "vitest";
import { findPngFault } from "./png.js";

/** A 1 x 1 grey picture, as libpng writes it. */
const picture = Uint8Array.from(
  Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOoBwAAgQCBQ+TGdwAAAABJRU5ErkJggg==",
    "base64",
  ),
);
const changed = (at: number, ...bytes: number[]) => {
  const copy = picture.slice();
  copy.set(bytes, at);
  return copy;
};

describe("findPngFault", () => {
  it("takes a picture", () => {
    expect(findPngFault(picture)).toBeUndefined();
  });

  it("refuses every truncation", () => {
    for (let end = 0; end < picture.length; end++)
      expect(findPngFault(picture.subarray(0, end)), `${end}`).toBeDefined();
  });

  it.each<[string, Uint8Array]>([
    ["another signature", changed(0, 0x88)],
    ["a signature whose line end was converted", changed(4, 0x0a)],
    ["another first chunk", changed(12, ...Buffer.from("IDAT"))],
    ["an IHDR of another length", changed(8, 0, 0, 0, 12)],
    ["a chunk longer than the file", changed(33, 0xff, 0xff, 0xff, 0xff)],
    ["a chunk type that is no text", changed(37, 0x00)],
    ["a width of 0", changed(16, 0, 0, 0, 0)],
    ["a height of 0", changed(20, 0, 0, 0, 0)],
    ["a depth that grey doesn't have", changed(24, 3)],
    ["an unknown colour type", changed(25, 5)],
    ["an unknown compression", changed(26, 1)],
    ["an unknown filter method", changed(27, 1)],
    ["an unknown interlace method", changed(28, 2)],
    ["no image data", changed(37, ...Buffer.from("tEXt"))],
    ["a byte after the end", Uint8Array.from([...picture, 0])],
    ["two headers", Uint8Array.from([...picture.subarray(0, 33), ...picture.subarray(8)])],
  ])("refuses %s", (_, bytes) => {
    expect(findPngFault(bytes)).toMatchObject({
      tooLarge: false,
      message: expect.stringMatching(/^expected /),
    });
  });

  it("calls sides beyond the limit too large", () => {
    expect(findPngFault(changed(16, 0, 0, 0x20, 0x01))).toMatchObject({ tooLarge: true });
    expect(findPngFault(changed(16, 0, 0, 0x20, 0x00))).toBeUndefined();
    expect(findPngFault(changed(20, 0xff, 0xff, 0xff, 0xff))).toMatchObject({ tooLarge: true });
  });
});

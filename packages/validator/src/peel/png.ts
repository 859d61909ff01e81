import { LIMITS } from "@banana-peel/format";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Bit depths of each colour type (PNG, third edition, table 12). */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const IHDR_BYTES = 13;
/** Bytes of a chunk around its data: length, type, CRC. */
const CHUNK_FRAME = 12;

/** What is wrong with a PNG; `tooLarge` when its sides are beyond LIMITS.previewSide. */
export interface PngFault {
  message: string;
  tooLarge: boolean;
}

/**
 * The first fault in a PNG's frame; undefined when it has none. Follows PNG, third edition (W3C 2025), 5: the
 * signature, IHDR first, every chunk within the file, IDAT, and IEND at the end of the file. Pixels stay packed.
 */
export function findPngFault(bytes: Uint8Array): PngFault | undefined {
  const fault = (message: string, tooLarge = false): PngFault => ({ message, tooLarge });
  if (!SIGNATURE.every((byte, index) => bytes[index] === byte))
    return fault("expected a PNG signature, found none");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = SIGNATURE.length;
  let hasData = false;
  for (let index = 0; ; index++) {
    if (offset + CHUNK_FRAME > bytes.length)
      return fault(`expected a chunk at byte ${offset}, found the end of the file`);
    const length = view.getUint32(offset);
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    const end = offset + CHUNK_FRAME + length;
    if (!/^[A-Za-z]{4}$/.test(type))
      return fault(`expected a chunk type at byte ${offset + 4}, found other bytes`);
    if (end > bytes.length)
      return fault(`expected ${length} bytes in chunk ${type} at byte ${offset}, found the end of the file`);
    if (index === 0) {
      if (type !== "IHDR" || length !== IHDR_BYTES)
        return fault(`expected IHDR as first chunk, found ${type}`);
      const header = headerFault(view, offset + 8);
      if (header !== undefined) return header;
    } else if (type === "IHDR") return fault("expected one IHDR, found two");
    hasData ||= type === "IDAT";
    offset = end;
    if (type === "IEND") break;
  }
  if (!hasData) return fault("expected image data (IDAT), found none");
  if (offset !== bytes.length)
    return fault(`expected nothing after IEND, found ${bytes.length - offset} bytes`);
  return undefined;
}

function headerFault(view: DataView, offset: number): PngFault | undefined {
  const width = view.getUint32(offset);
  const height = view.getUint32(offset + 4);
  const [depth, color, compression, filter, interlace] = [8, 9, 10, 11, 12].map((at) =>
    view.getUint8(offset + at),
  );
  if (width === 0 || height === 0)
    return {
      message: `expected a width and a height of at least 1, found ${width} x ${height}`,
      tooLarge: false,
    };
  if (width > LIMITS.previewSide || height > LIMITS.previewSide)
    return {
      message: `expected at most ${LIMITS.previewSide} pixels a side, found ${width} x ${height}`,
      tooLarge: true,
    };
  if (!DEPTHS[color!]?.includes(depth!) || compression !== 0 || filter !== 0 || interlace! > 1)
    return {
      message: "expected a colour type, depth and methods that PNG defines, found others",
      tooLarge: false,
    };
  return undefined;
}

import { crc32 } from "node:zlib";

/** Bytes of one stored block: the most that its 16-bit length field can say (RFC 1951, 3.2.4). */
const BLOCK = 65_535;

/** RFC 1952 header: deflate, no flags, mtime 0, no extra flags, operating system 255 (unknown). */
const HEADER = new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

/**
 * Wraps bytes in gzip without compressing them. A compressor's output differs between its versions; stored blocks
 * are the same bytes everywhere, and adapters hardly compress. The result depends on the bytes alone, not on how
 * they are cut into chunks. Holds at most one block in memory.
 * Specification: docs/specification/peel.md, Tarball; RFC 1952; RFC 1951, 3.2.4.
 */
export async function* storedGzip(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield HEADER;
  let block = new Uint8Array(BLOCK);
  let filled = 0;
  let checksum = 0;
  let length = 0;
  for await (const chunk of chunks) {
    checksum = crc32(chunk, checksum);
    length = (length + chunk.length) % 2 ** 32;
    for (let from = 0; from < chunk.length; ) {
      // A full block leaves only when another byte follows, since the last one carries the final bit.
      if (filled === BLOCK) {
        yield blockHeader(filled, false);
        yield block;
        block = new Uint8Array(BLOCK);
        filled = 0;
      }
      const piece = chunk.subarray(from, from + BLOCK - filled);
      block.set(piece, filled);
      filled += piece.length;
      from += piece.length;
    }
  }
  yield blockHeader(filled, true);
  yield block.subarray(0, filled);
  const trailer = new Uint8Array(8);
  const view = new DataView(trailer.buffer);
  view.setUint32(0, checksum, true);
  view.setUint32(4, length, true);
  yield trailer;
}

function blockHeader(length: number, final: boolean): Uint8Array {
  return new Uint8Array([final ? 1 : 0, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255]);
}

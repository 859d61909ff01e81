import { crc32 } from "node:zlib";

/** Bytes of one stored block: the most that its 16-bit length field can say (RFC 1951, 3.2.4). */
const BLOCK = 65_535;
/** Bytes before each block's content: three bits, padding, and the length twice. */
const PREFIX = 5;
/** Bytes of checksum and length at the end (RFC 1952, 2.3). */
const TRAILER = 8;

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
  let block = new Uint8Array(PREFIX + BLOCK);
  let filled = 0;
  let checksum = 0;
  let length = 0;
  const finish = (final: boolean): Uint8Array => {
    block.set([final ? 1 : 0, filled & 255, filled >> 8, ~filled & 255, (~filled >> 8) & 255]);
    return block.subarray(0, PREFIX + filled);
  };
  for await (const chunk of chunks) {
    checksum = crc32(chunk, checksum);
    length = (length + chunk.length) % 2 ** 32;
    for (let from = 0; from < chunk.length; ) {
      // A full block leaves only when another byte follows, since the last one carries the final bit.
      if (filled === BLOCK) {
        yield finish(false);
        block = new Uint8Array(PREFIX + BLOCK);
        filled = 0;
      }
      const piece = chunk.subarray(from, from + BLOCK - filled);
      block.set(piece, PREFIX + filled);
      filled += piece.length;
      from += piece.length;
    }
  }
  yield finish(true);
  const trailer = new Uint8Array(TRAILER);
  const view = new DataView(trailer.buffer);
  view.setUint32(0, checksum, true);
  view.setUint32(4, length, true);
  yield trailer;
}

/** Bytes of `storedGzip`'s result for that many bytes. */
export function storedGzipLength(bytes: number): number {
  return HEADER.length + Math.max(1, Math.ceil(bytes / BLOCK)) * PREFIX + bytes + TRAILER;
}

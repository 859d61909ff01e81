import { crc32 } from "node:zlib";

/** Bytes of one stored block: the most that its 16-bit length field can say (RFC 1951, 3.2.4). */
const BLOCK = 65_535;
/** Bytes before each block's content: three bits, padding, and the length twice. */
const PREFIX = 5;
/** Bytes of checksum and length at the end (RFC 1952, 2.3). */
const TRAILER = 8;

/** RFC 1952 header: deflate, no flags, mtime 0, no extra flags, operating system 255 (unknown). */
const HEADER = new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

/** Blocks that leave together: fewer, larger pieces cost their readers less. */
const TOGETHER = 4;

/**
 * Wraps bytes in gzip without compressing them. A compressor's output differs between its versions; stored blocks
 * are the same bytes everywhere, and adapters hardly compress. The result depends on the bytes alone, not on how
 * they are cut into chunks. Holds at most TOGETHER blocks in memory.
 * Specification: docs/specification/peel.md, Tarball; RFC 1952; RFC 1951, 3.2.4.
 * @returns pieces, each valid until the next is asked for
 */
export async function* storedGzip(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield HEADER;
  const blocks = new Uint8Array(TOGETHER * (PREFIX + BLOCK));
  let start = 0;
  let filled = 0;
  let checksum = 0;
  let length = 0;
  const finish = (final: boolean): void => {
    const prefix = [final ? 1 : 0, filled & 255, filled >> 8, ~filled & 255, (~filled >> 8) & 255];
    blocks.set(prefix, start);
    start += PREFIX + filled;
    filled = 0;
  };
  for await (const chunk of chunks) {
    checksum = crc32(chunk, checksum);
    length = (length + chunk.length) % 2 ** 32;
    for (let from = 0; from < chunk.length; ) {
      // A full block is finished only when another byte follows, since the last one carries the final bit.
      if (filled === BLOCK) {
        finish(false);
        if (start === blocks.length) {
          yield blocks;
          start = 0;
        }
      }
      const piece = chunk.subarray(from, from + BLOCK - filled);
      blocks.set(piece, start + PREFIX + filled);
      filled += piece.length;
      from += piece.length;
    }
  }
  finish(true);
  yield blocks.subarray(0, start);
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

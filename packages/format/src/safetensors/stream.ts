import { DTYPE_BYTES, type Dtype } from "./dtype.js";
import { cutData, cutHeader, headerLength, parseHeader, type TensorEntry, wrongEnd } from "./header.js";

/** Receives one tensor's bytes: whole elements, little-endian, aligned to 8 bytes, valid during the call only. */
export type TensorSink = (elements: Uint8Array) => void;

/** Bytes of a tensor that are handed out at a time. */
const SCRATCH = 256 * 1024;

/**
 * Reads a safetensors file from its pieces, one pass, in constant memory beside the header; as strict as
 * `readSafetensors`. What the sinks got counts only when the promise is kept: a file that is cut short is found at its
 * end.
 * @param open called for every tensor in the order of the data, before its bytes; undefined passes them over
 * @returns names, types and shapes in the order of the data
 * @throws BananaError SAFETENSORS_INVALID, JSON_INVALID, and what `pieces`, `open` and the sinks throw
 */
export async function streamSafetensors(
  pieces: AsyncIterable<Uint8Array>,
  label: string,
  open: (name: string, dtype: Dtype, shape: readonly number[]) => TensorSink | undefined,
): Promise<readonly TensorEntry[]> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    return await read(cursor(iterator), label, open);
  } finally {
    await iterator.return?.();
  }
}

async function read(
  reader: ReturnType<typeof cursor>,
  label: string,
  open: Parameters<typeof streamSafetensors>[2],
): Promise<readonly TensorEntry[]> {
  const start = await reader.take(8);
  const length = headerLength(start, label);
  const text = await reader.take(length);
  if (text.length < length) throw cutHeader(length, 8 + text.length, label);
  const { entries } = parseHeader(text, label);
  const scratch = new Uint8Array(SCRATCH);
  for (const { name, dtype, shape, begin, end } of entries) {
    const sink = open(name, dtype, shape);
    const room = SCRATCH - (SCRATCH % DTYPE_BYTES[dtype]);
    for (let at = begin; at < end; ) {
      const view = scratch.subarray(0, Math.min(room, end - at));
      const filled = await reader.fill(view);
      if (filled < view.length) throw cutData(name, end, at + filled, label);
      sink?.(view);
      at += view.length;
    }
  }
  const expected = entries.at(-1)?.end ?? 0;
  const extra = await reader.rest();
  if (extra > 0) throw wrongEnd(expected, expected + extra, label);
  return entries;
}

/** Reads pieces as one run of bytes. */
function cursor(iterator: AsyncIterator<Uint8Array>) {
  let piece: Uint8Array = new Uint8Array();
  /** False at the end. */
  const more = async (): Promise<boolean> => {
    while (piece.length === 0) {
      const next = await iterator.next();
      if (next.done) return false;
      piece = next.value;
    }
    return true;
  };
  const fill = async (target: Uint8Array): Promise<number> => {
    let filled = 0;
    while (filled < target.length && (piece.length > 0 || (await more()))) {
      const part = piece.subarray(0, target.length - filled);
      target.set(part, filled);
      filled += part.length;
      piece = piece.subarray(part.length);
    }
    return filled;
  };
  return {
    fill,
    /** At most that many bytes, fewer at the end; memory grows with what comes, not with what is promised. */
    async take(bytes: number): Promise<Uint8Array> {
      let taken = new Uint8Array(Math.min(bytes, SCRATCH));
      let filled = 0;
      for (;;) {
        filled += await fill(taken.subarray(filled));
        if (filled < taken.length || filled === bytes) return taken.subarray(0, filled);
        const larger = new Uint8Array(Math.min(bytes, taken.length * 2));
        larger.set(taken);
        taken = larger;
      }
    },
    /** Bytes up to the end, passed over. */
    async rest(): Promise<number> {
      let bytes = 0;
      while (piece.length > 0 || (await more())) {
        bytes += piece.length;
        piece = new Uint8Array();
      }
      return bytes;
    },
  };
}

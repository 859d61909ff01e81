import type { Dtype } from "@banana-peel/format";

/** Where a type keeps what the checks look at: bits of one element, little-endian. */
export interface FloatBits {
  readonly bytes: 2 | 4;
  /** All ones in the exponent: infinity or not a number. */
  readonly exponent: number;
  readonly fraction: number;
  /** All but the sign: zero exactly when the value is. */
  readonly magnitude: number;
}

/** The types that adapters may have; the bits of IEEE 754 binary32, binary16 and bfloat16. */
export const BITS: Partial<Record<Dtype, FloatBits>> = {
  F32: { bytes: 4, exponent: 0x7f800000, fraction: 0x007fffff, magnitude: 0x7fffffff },
  F16: { bytes: 2, exponent: 0x7c00, fraction: 0x03ff, magnitude: 0x7fff },
  BF16: { bytes: 2, exponent: 0x7f80, fraction: 0x007f, magnitude: 0x7fff },
};

/** What was seen of a tensor's values so far. */
export interface Values {
  /** Elements. */
  seen: number;
  /** Elements that aren't finite, and the first of them. */
  bad: number;
  first: { at: number; value: string } | undefined;
  /** 1 for each index of the rank that has a value other than zero; and how many have none yet. */
  readonly used: Uint8Array;
  unused: number;
  /** Index of the rank of element e: floor(e / index), or e modulo `every` when that isn't 0. */
  readonly stride: { readonly index: number; readonly every: number };
}

/** Looks at the next elements of a tensor. @param elements whole elements, aligned to 4 bytes */
export function scanValues(elements: Uint8Array, bits: FloatBits, values: Values): void {
  const words = wordsOf(elements, bits.bytes);
  const { exponent } = bits;
  const bad = values.bad;
  let count = 0;
  for (let i = 0; i < words.length; i++) if ((words[i]! & exponent) === exponent) count++;
  if (count > 0) {
    values.bad = bad + count;
    values.first ??= firstBad(words, bits, values.seen);
  }
  if (values.unused > 0) markUsed(words, bits.magnitude, values);
  values.seen += words.length;
}

function firstBad(words: Uint32Array | Uint16Array, bits: FloatBits, seen: number) {
  const i = words.findIndex((word: number) => (word & bits.exponent) === bits.exponent);
  const word = words[i]!;
  const negative = (word & ~bits.magnitude & (bits.bytes === 4 ? -1 : 0xffff)) !== 0;
  const value = (word & bits.fraction) !== 0 ? "NaN" : negative ? "-Infinity" : "Infinity";
  return { at: seen + i, value };
}

function markUsed(words: Uint32Array | Uint16Array, magnitude: number, values: Values): void {
  const { used, seen } = values;
  const { index, every } = values.stride;
  for (let i = 0; i < words.length && values.unused > 0; i++) {
    if ((words[i]! & magnitude) === 0) continue;
    const at = seen + i;
    const r = every === 0 ? Math.floor(at / index) : at % every;
    if (used[r] === 1) {
      // The rest of A's row has nothing new to say.
      if (every === 0) i += index - (at % index) - 1;
      continue;
    }
    used[r] = 1;
    values.unused--;
  }
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function wordsOf(elements: Uint8Array, bytes: 2 | 4): Uint32Array | Uint16Array {
  const count = elements.length / bytes;
  if (IS_LITTLE_ENDIAN)
    return bytes === 4
      ? new Uint32Array(elements.buffer, elements.byteOffset, count)
      : new Uint16Array(elements.buffer, elements.byteOffset, count);
  const view = new DataView(elements.buffer, elements.byteOffset, elements.byteLength);
  return bytes === 4
    ? Uint32Array.from({ length: count }, (_, i) => view.getUint32(4 * i, true))
    : Uint16Array.from({ length: count }, (_, i) => view.getUint16(2 * i, true));
}

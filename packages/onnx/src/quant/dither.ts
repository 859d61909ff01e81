import { sha256Hex } from "@banana-peel/format";
import type { Rounding } from "./rounding.js";

/** 64 bits that a dither depends on, as two unsigned 32-bit numbers. */
export interface DitherSeed {
  readonly low: number;
  readonly high: number;
}

/** The seed that belongs to a text: the first 8 bytes of its SHA-256, little-endian. */
export async function ditherSeed(text: string): Promise<DitherSeed> {
  const hex = await sha256Hex(new TextEncoder().encode(text));
  const byte = (i: number) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  const word = (i: number) => byte(i) + byte(i + 1) * 2 ** 8 + byte(i + 2) * 2 ** 16 + byte(i + 3) * 2 ** 24;
  return { low: word(0), high: word(4) };
}

/**
 * Unbiased rounding: floor(x + d) with d in [0,1) from a hash of the seed and the element's index, so that x comes
 * out as x on average and an update smaller than half a step doesn't vanish. The price is noise of up to a step.
 * The hash mixes well (lowbias32 of https://github.com/skeeto/hash-prospector, once for each half of seed and
 * index): a bare counter leaves patterns in the weights. Whole-number arithmetic only: the same bytes everywhere.
 */
export function dither(seed: DitherSeed): Rounding {
  return {
    name: "dither",
    round(values, first) {
      for (let i = 0; i < values.length; i++)
        values[i] = Math.floor(values[i]! + ditherHash(seed, first + i) / 2 ** 32);
    },
  };
}

/** The 32 bits of element `index` (a whole number below 2^53). */
export function ditherHash(seed: DitherSeed, index: number): number {
  const high = Math.floor(index / 2 ** 32);
  return lowbias32(lowbias32((seed.low ^ index) >>> 0) ^ seed.high ^ high);
}

function lowbias32(word: number): number {
  let x = word >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

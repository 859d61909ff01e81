import { philox4x32 } from "./philox.js";

const TWO_POW_32 = 4294967296;

/**
 * Standard normal numbers from a seed: Philox4x32-10 and the Box-Muller transform, computed in double precision and
 * rounded to float32. Number i of a stream depends on seed, stream and i alone. The generator is exact everywhere;
 * Math.log, Math.cos and Math.sin may differ between engines in the last bit of a double, which the rounding to
 * float32 hides but for about one number in 100 million (V8 gives the same bits on every platform).
 * @param seed unsigned 32-bit integer
 * @param stream unsigned 32-bit integer: 0 for the first noise of a picture, j for the one after step j
 * @returns `length` numbers
 */
export function normalNoise(seed: number, stream: number, length: number): Float32Array {
  const out = new Float32Array(length);
  const words = new Uint32Array(4);
  for (let i = 0; i < length; i += 4) {
    philox4x32([i / 4, 0, stream, 0], [seed, 0], words);
    boxMuller(words[0]!, words[1]!, out, i);
    boxMuller(words[2]!, words[3]!, out, i + 2);
  }
  return out;
}

/** Two normal numbers from two words; writes past the end of `out` are dropped, as typed arrays do. */
function boxMuller(word0: number, word1: number, out: Float32Array, at: number): void {
  // Half a step up, so that the logarithm never sees 0.
  const radius = Math.sqrt(-2 * Math.log((word0 + 0.5) / TWO_POW_32));
  const angle = (2 * Math.PI * (word1 + 0.5)) / TWO_POW_32;
  out[at] = radius * Math.cos(angle);
  out[at + 1] = radius * Math.sin(angle);
}

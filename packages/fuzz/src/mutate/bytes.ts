import type { Random } from "../random.js";

/** Numbers at which length arithmetic goes wrong. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
const WIDE = [2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 64n - 1n, 2n ** 31n, 100_000_000n];
/** Largest input in bytes that mutation makes; what grows beyond is cut. */
const MAX_BYTES = 256 * 1024;

type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const flip: Mutation = (bytes, random) => {
  const out = bytes.slice();
  if (out.length > 0) out[random.below(out.length)]! ^= 1 << random.below(8);
  return out;
};
const setByte: Mutation = (bytes, random) => {
  const out = bytes.slice();
  if (out.length > 0) out[random.below(out.length)] = random.pick([0, 0xff, 0x7f, 0x80, random.below(256)]);
  return out;
};
const setWord: Mutation = (bytes, random) => {
  const out = bytes.slice();
  if (out.length < 8) return out;
  const view = new DataView(out.buffer);
  const at = random.below(out.length - 7);
  if (random.once(2)) view.setUint32(at, random.pick(EDGES), random.once(2));
  else view.setBigUint64(at, random.pick(WIDE), true);
  return out;
};
const cut: Mutation = (bytes, random) => bytes.slice(0, random.below(bytes.length + 1));
const remove: Mutation = (bytes, random) => {
  const from = random.below(bytes.length + 1);
  const to = Math.min(bytes.length, from + 1 + random.below(16));
  return concat(bytes.subarray(0, from), bytes.subarray(to));
};
const insert: Mutation = (bytes, random) => {
  const at = random.below(bytes.length + 1);
  const piece = Uint8Array.from({ length: 1 + random.below(16) }, () => random.below(256));
  return concat(bytes.subarray(0, at), piece, bytes.subarray(at));
};
const repeat: Mutation = (bytes, random) => {
  const from = random.below(bytes.length + 1);
  const piece = bytes.subarray(from, from + 1 + random.below(64));
  const copies = Array.from({ length: 1 + random.below(random.once(8) ? 500 : 4) }, () => piece);
  return concat(bytes.subarray(0, from), ...copies, bytes.subarray(from));
};
const splice: Mutation = (bytes, random, other) => {
  const piece = other.subarray(random.below(other.length + 1)).subarray(0, 1 + random.below(64));
  const at = random.below(bytes.length + 1);
  return concat(bytes.subarray(0, at), piece, bytes.subarray(random.once(2) ? at : at + piece.length));
};

const MUTATIONS = [flip, flip, setByte, setByte, setWord, cut, remove, insert, repeat, splice];

/**
 * Changes bytes in a few places.
 * @param other bytes of the same kind, to take pieces from
 */
export function mutateBytes(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  let out = bytes;
  for (let times = 1 + random.below(6); times > 0; times--)
    out = random.pick(MUTATIONS)(out, random, other).subarray(0, MAX_BYTES);
  return out;
}

export function concat(...pieces: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

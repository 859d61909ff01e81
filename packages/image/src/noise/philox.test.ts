import { expect, test } from "vitest";
import { philox4x32 } from "./philox.js";

const F = 0xffffffff;

/** Random123 1.14.0, tests/kat_vectors, the rows "philox4x32 10". */
const vectors = [
  { counter: [0, 0, 0, 0], key: [0, 0], out: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  { counter: [F, F, F, F], key: [F, F], out: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd] },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    out: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
] as const;

test.each(vectors)("gives the published words for counter $counter", ({ counter, key, out }) => {
  const words = new Uint32Array(4);
  philox4x32(counter, key, words);
  expect([...words]).toEqual([...out]);
});

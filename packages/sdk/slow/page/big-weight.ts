import { ROUNDINGS, randomWeight } from "../../../runtime/src/testing/planes.js";

/** A weight large enough that an engine asks its workers, in three pieces; the same everywhere. */
export function bigWeight(): ReturnType<typeof randomWeight> {
  return randomWeight(11, {
    k: 3072,
    n: 1024,
    layout: "kn",
    bits: 8,
    signed: true,
    granularity: "channel",
    axis: 1,
    min: -127,
    max: 127,
    ranks: [8, 3],
    steps: 2,
  });
}

export const ROUNDS = ROUNDINGS;

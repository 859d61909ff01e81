import type { CalibrateTask } from "../../../runtime/src/merge/types.js";
import { unknownMoments } from "../../../runtime/src/moments/read-moments.js";
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

/** A weight large enough that an engine asks a worker to calibrate it. */
export function toCalibrate(): CalibrateTask {
  const { spec, data, parts } = randomWeight(12, {
    k: 288,
    n: 260,
    layout: "nk",
    form: "matmulnbits",
    bits: 4,
    signed: false,
    granularity: "block",
    axis: 1,
    blockSize: 32,
    min: 0,
    max: 15,
    ranks: [8],
    steps: 0.3,
  });
  return { spec, data, path: "w", parts, moments: unknownMoments(spec.k) };
}

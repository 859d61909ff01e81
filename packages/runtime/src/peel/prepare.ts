import type { Adapter, Target } from "@banana-peel/format";
import { Pacer } from "../pacer.js";
import { largestOf } from "../plan/check-uses.js";
import { MOST_PACKED } from "../session/packs.js";
import { transposedA, transposedB } from "../session/transposed.js";

/** Bytes of an adapter up to which it is laid out for attaching when it is opened: it doubles what the peel takes. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Does what a peel's first swap would have to: turns A and B as branches take them, and finds the largest
 * number. An adapter of more than MOST_BYTES is turned when it is first attached: it may only be merged. Convolutions
 * take theirs as they are.
 */
export async function prepare(adapter: Adapter, targets: readonly Target[]): Promise<void> {
  const pacer = new Pacer(() => performance.now(), undefined);
  let bytes = 0;
  for (const { a, b } of adapter.targets.values()) bytes += a.byteLength + b.byteLength;
  if (bytes <= MOST_BYTES)
    for (const { path, kernel } of targets) {
      const lowRank = adapter.targets.get(path);
      if (lowRank === undefined || kernel !== undefined) continue;
      if (lowRank.k > MOST_PACKED) transposedA(lowRank);
      transposedB(lowRank);
      await pacer.pause();
    }
  largestOf(adapter);
}

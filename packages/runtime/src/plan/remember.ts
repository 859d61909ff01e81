import type { OpenTarget } from "../base/check-target.js";
import type { PlanContext } from "./context.js";
import type { MergedTarget } from "./merge-target.js";

/** Bytes of calibrated weights that are kept between measuring them and using them. */
const MOST_KEPT = 2 ** 27;

/**
 * The context for one plan and its work, with the same peels at the same weights: calibrating a target to measure it gives its
 * bytes too, which are kept until they are asked for, once. Beyond MOST_KEPT bytes a target is worked out again.
 */
export function remember(context: PlanContext): PlanContext {
  const kept = new Map<OpenTarget, MergedTarget>();
  let room = MOST_KEPT;
  return {
    ...context,
    async calibrate(target, parts, signal) {
      const known = kept.get(target);
      if (known !== undefined) {
        kept.delete(target);
        room += known.bytes.length;
        return known;
      }
      const merged = await context.calibrate(target, parts, signal);
      if (merged.bytes.length > room) return merged;
      room -= merged.bytes.length;
      kept.set(target, merged);
      return merged;
    },
  };
}

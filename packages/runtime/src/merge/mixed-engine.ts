import type { FoldTask, FoldWork, MergeEngine } from "./types.js";
import { WorkerLost } from "./worker-pool.js";

/** Elements of a task below which starting workers and sending them the task takes longer than the arithmetic. */
const POOL_ELEMENTS = 1 << 20;
/** The same of a calibration, which has no kernel. */
const CALIBRATE_ELEMENTS = 1 << 16;

/**
 * The caller's thread for small tasks, a pool for large ones. Where workers can't start (a bundle without their
 * program, a page's policy), the caller's thread does everything.
 */
export function mixedEngine(local: MergeEngine, pool: MergeEngine): MergeEngine {
  let lost = false;
  let lostCalibrators = false;
  return {
    files: local.files && pool.files,
    ...(pool.threads !== undefined && { threads: pool.threads }),
    async fold(task, works, options) {
      if (lost || works.length < 2 || size(task, works) < POOL_ELEMENTS)
        return local.fold(task, works, options);
      try {
        return await pool.fold(task, works, options);
      } catch (error) {
        if (!(error instanceof WorkerLost)) throw error;
        lost = true;
        return local.fold(task, works, options);
      }
    },
    async calibrate(task, signal) {
      if (lostCalibrators || task.spec.k * task.spec.n < CALIBRATE_ELEMENTS)
        return local.calibrate(task, signal);
      try {
        return await pool.calibrate(task, signal);
      } catch (error) {
        signal?.throwIfAborted();
        lostCalibrators ||= error instanceof WorkerLost;
        // What a worker throws loses its code on the way: here it is thrown again with it.
        return local.calibrate(task, signal);
      }
    },
    release() {
      local.release();
      pool.release();
    },
  };
}

/**
 * Elements of a task; of one that only measures some rows, all of the plane's: preparing the columns and measuring cost
 * as much, and what is measured is most often merged next.
 */
function size({ plane }: FoldTask, works: readonly FoldWork[]): number {
  const folded = works.reduce((sum, { rows, measure }) => sum + (measure ? plane.rows : rows), 0);
  return Math.min(folded, plane.rows) * plane.columns;
}

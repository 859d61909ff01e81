import { WorkerLost } from "./pool-engine.js";
import type { FoldTask, FoldWork, MergeEngine } from "./types.js";

/** Elements of a task below which starting workers and sending them the task takes longer than the arithmetic. */
const POOL_ELEMENTS = 1 << 20;

/**
 * The caller's thread for small tasks, a pool for large ones. Where workers can't start (a bundle without their
 * program, a page's policy), the caller's thread does everything.
 */
export function mixedEngine(local: MergeEngine, pool: MergeEngine): MergeEngine {
  let lost = false;
  return {
    files: local.files && pool.files,
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

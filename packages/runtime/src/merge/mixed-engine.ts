import { WorkerLost } from "./pool-engine.js";
import type { MergeEngine } from "./types.js";

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
      const elements = works.reduce((sum, { rows }) => sum + rows * task.plane.columns, 0);
      if (lost || works.length < 2 || elements < POOL_ELEMENTS) return local.fold(task, works, options);
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

import type { MergedTarget } from "../plan/merge-target.js";
import { localEngine } from "./local-engine.js";
import { mixedEngine } from "./mixed-engine.js";
import { poolEngine } from "./pool-engine.js";
import type { CalibrateTask, Folded, FoldTask, FoldWork, MergeEngine } from "./types.js";
import type { FromWorker, Port } from "./worker-pool.js";

/** More workers than this gain little: the memory is the limit then. */
const MOST_THREADS = 8;

/**
 * The engine of a web page: workers for merges that are worth it, else the page's own thread. It needs no cross-origin isolation: rows travel as
 * copies. Where a policy or a bundle keeps workers from starting, the page's thread does everything, a few
 * milliseconds at a time.
 */
export function webEngine(): MergeEngine {
  const { Worker, navigator } = globalThis as Partial<typeof globalThis>;
  if (Worker === undefined) return localEngine();
  const threads = Math.min(MOST_THREADS, navigator?.hardwareConcurrency ?? 2);
  return mixedEngine(localEngine(), poolEngine({ threads, files: false, spawn, spawnCalibrator }));
}

// Bundlers find a worker's program by these very expressions.
function spawn(): Port<FoldTask, FoldWork, Folded> {
  return portOf(new Worker(new URL("./web-worker.js", import.meta.url), { type: "module" }));
}

function spawnCalibrator(): Port<undefined, CalibrateTask, MergedTarget> {
  return portOf(new Worker(new URL("../moments/web-worker.js", import.meta.url), { type: "module" }));
}

function portOf<Task, Work, Done>(worker: Worker): Port<Task, Work, Done> {
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    listen(onMessage, onError) {
      worker.onmessage = ({ data }: MessageEvent<FromWorker<Done>>) => onMessage(data);
      worker.onerror = (event) => onError(new Error(event.message || "a merge worker could not start"));
    },
    terminate: () => worker.terminate(),
  };
}

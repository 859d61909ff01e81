import { localEngine } from "./local-engine.js";
import { mixedEngine } from "./mixed-engine.js";
import { type FromWorker, type Port, poolEngine } from "./pool-engine.js";
import type { MergeEngine } from "./types.js";

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
  return mixedEngine(localEngine(), poolEngine(spawn, threads, false));
}

function spawn(): Port {
  const worker = new Worker(new URL("./web-worker.js", import.meta.url), { type: "module" });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    listen(onMessage, onError) {
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => onMessage(data);
      worker.onerror = (event) => onError(new Error(event.message || "a merge worker could not start"));
    },
    terminate: () => worker.terminate(),
  };
}

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { localEngine } from "../merge/local-engine.js";
import { mixedEngine } from "../merge/mixed-engine.js";
import { type FromWorker, type Port, poolEngine } from "../merge/pool-engine.js";
import type { MergeEngine } from "../merge/types.js";
import { blockingFiles } from "./blocking-files.js";

/** More workers than this gain little: the memory is the limit then. */
const MOST_THREADS = 8;

/** What nodeEngine may be told. */
export interface NodeEngineOptions {
  /** Workers; default as many as the machine has processors, at most 8. */
  readonly threads?: number;
  /** The worker's program, where it isn't beside this file. */
  readonly program?: URL;
}

/**
 * The engine of Node: worker threads that read and write files by themselves for merges that are worth it, else the
 * caller's thread. Workers don't keep the process alive, and end when they have had nothing to do for a while.
 */
export function nodeEngine(options: NodeEngineOptions = {}): MergeEngine {
  return mixedEngine(localEngine(blockingFiles), nodePool(options));
}

/** Worker threads only. */
export function nodePool({ threads, program }: NodeEngineOptions = {}): MergeEngine {
  const count = threads ?? Math.min(MOST_THREADS, availableParallelism());
  return poolEngine(() => spawn(program ?? new URL("./merge-worker.js", import.meta.url)), count, true);
}

function spawn(program: URL): Port {
  const worker = new Worker(program, { execArgv: [] });
  let waiting = 0;
  return {
    post(message, transfer) {
      // A worker keeps the process alive while it works, and only then.
      if (waiting++ === 0) worker.ref();
      worker.postMessage(message, transfer);
    },
    listen(onMessage, onError) {
      worker.on("message", (message: FromWorker) => {
        if (--waiting === 0) worker.unref();
        onMessage(message);
      });
      worker.on("error", onError);
      worker.on("exit", (code) => onError(new Error(`a merge worker ended with ${code}`)));
      worker.unref();
    },
    terminate: () => void worker.terminate(),
  };
}

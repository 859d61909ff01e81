import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { localEngine } from "../merge/local-engine.js";
import { mixedEngine } from "../merge/mixed-engine.js";
import { poolEngine } from "../merge/pool-engine.js";
import type { MergeEngine } from "../merge/types.js";
import type { FromWorker, Port } from "../merge/worker-pool.js";
import { blockingFiles } from "./blocking-files.js";

/** More workers than this gain little: the memory is the limit then. */
const MOST_THREADS = 8;

/** What nodeEngine may be told. */
export interface NodeEngineOptions {
  /** Workers; default as many as the machine has processors, at most 8. */
  readonly threads?: number;
  /** Folder of the workers' programs, where it isn't this file's. */
  readonly programs?: URL;
}

/**
 * The engine of Node: worker threads that read and write files by themselves for merges that are worth it, else the
 * caller's thread. Workers don't keep the process alive, and end when they have had nothing to do for a while.
 */
export function nodeEngine(options: NodeEngineOptions = {}): MergeEngine {
  return mixedEngine(localEngine(blockingFiles), nodePool(options));
}

/** Worker threads only. */
export function nodePool({ threads, programs }: NodeEngineOptions = {}): MergeEngine {
  const at = (name: string) => new URL(name, programs ?? import.meta.url);
  return poolEngine({
    threads: threads ?? Math.min(MOST_THREADS, availableParallelism()),
    files: true,
    spawn: () => spawn(at("merge-worker.js")),
    spawnCalibrator: () => spawn(at("calibrate-worker.js")),
  });
}

function spawn<Task, Work, Done>(program: URL): Port<Task, Work, Done> {
  const worker = new Worker(program, { execArgv: [] });
  let waiting = 0;
  return {
    post(message, transfer) {
      // A worker keeps the process alive while it works, and only then.
      if (waiting++ === 0) worker.ref();
      worker.postMessage(message, transfer);
    },
    listen(onMessage, onError) {
      worker.on("message", (message: FromWorker<Done>) => {
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

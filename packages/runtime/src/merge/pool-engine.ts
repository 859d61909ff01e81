import type { MergedTarget } from "../plan/merge-target.js";
import type { CalibrateTask, Folded, FoldTask, FoldWork, MergeEngine } from "./types.js";
import { type Port, workerPool } from "./worker-pool.js";

/** How an engine has its workers. */
export interface PoolEngineOptions {
  readonly threads: number;
  /** Whether workers of planes read and write files. */
  readonly files: boolean;
  /** Starts a worker that folds planes. */
  readonly spawn: () => Port<FoldTask, FoldWork, Folded>;
  /** Starts a worker that calibrates: a program of its own, because it takes every form and hence more code. */
  readonly spawnCalibrator: () => Port<undefined, CalibrateTask, MergedTarget>;
}

/** Messages that a worker has at once: one under way, the others at hand while the caller's thread prepares a task. */
const AT_ONCE = 4;
/** Elements of a message at least: a smaller one takes longer to send than to work out. */
const BATCH_ELEMENTS = 1 << 18;
/** Messages of a task from which two workers write to its file: they wait for each other, and the kernel's lock spins. */
const SHARED_FILE = 16;

/** An engine on workers, which start with the first work and stay until `release`, or until they have nothing to do. */
export function poolEngine({ threads, files, spawn, spawnCalibrator }: PoolEngineOptions): MergeEngine {
  const folds = workerPool({ spawn, threads, atOnce: AT_ONCE, batches, shares, pack: packRows });
  const calibrations = workerPool({
    spawn: spawnCalibrator,
    threads,
    atOnce: 1,
    batches: (_, works) => works.map((work) => [work]),
    shares: () => true,
    pack: packTask,
  });
  return {
    files,
    threads,
    release() {
      folds.release();
      calibrations.release();
    },
    fold: (task, works, { signal, onProgress } = {}) =>
      folds.run(task, works, {
        signal,
        onDone: ({ rows }) => onProgress?.(rows * task.plane.columns),
      }),
    async calibrate(task, signal) {
      const done = calibrations.run(undefined, [task], { signal });
      const [merged] = signal === undefined ? await done : await Promise.race([done, aborted(signal, done)]);
      return merged!;
    },
  };
}

/** Rejects once the signal is aborted: a calibration takes long, and nobody waits for its bytes then. */
function aborted<T>(signal: AbortSignal, done: Promise<T>): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    const forget = () => signal.removeEventListener("abort", stop);
    done.then(forget, forget);
  });
}

/** The works in their order, small ones together. */
function batches({ plane }: FoldTask, works: readonly FoldWork[]): FoldWork[][] {
  const all: FoldWork[][] = [];
  let room = 0;
  for (const work of works) {
    if (room <= 0) {
      all.push([]);
      room = BATCH_ELEMENTS;
    }
    all.at(-1)!.push(work);
    room -= work.rows * plane.columns;
  }
  return all;
}

function shares({ output }: FoldWork, waiting: number): boolean {
  return output === undefined || waiting >= SHARED_FILE;
}

/** A message copies the whole buffer under a view, which may be a file: the rows travel as a copy of their own. */
function packRows(work: FoldWork): { work: FoldWork; transfer: ArrayBuffer[] } {
  const { input } = work;
  if (!(input instanceof Uint8Array)) return { work, transfer: [] };
  const own = input.slice();
  return { work: { ...work, input: own }, transfer: [own.buffer] };
}

function packTask({ data, parts, ...task }: CalibrateTask): { work: CalibrateTask; transfer: ArrayBuffer[] } {
  const transfer: ArrayBuffer[] = [];
  const own = <T extends Uint8Array | Float32Array>(view: T): T => {
    const copy = view.slice() as T;
    transfer.push(copy.buffer as ArrayBuffer);
    return copy;
  };
  const { weight, scale, zeroPoint } = data;
  const work = {
    ...task,
    data: {
      weight: { ...weight, bytes: own(weight.bytes) },
      scale: scale && { ...scale, bytes: own(scale.bytes) },
      zeroPoint: zeroPoint && { ...zeroPoint, bytes: own(zeroPoint.bytes) },
    },
    // Of a peel's part, what peel it is stays here.
    parts: parts.map(({ lowRank, factor }) => ({
      factor,
      lowRank: { ...lowRank, a: own(lowRank.a), b: own(lowRank.b) },
    })),
  };
  return { work, transfer };
}

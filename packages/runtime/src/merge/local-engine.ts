import { Queue } from "../base/queue.js";
import { calibrate } from "../moments/calibrate.js";
import { Pacer } from "../pacer.js";
import { type BlockingFiles, foldWork } from "./fold-work.js";
import { Kernel } from "./kernel.js";
import type { MergeEngine } from "./types.js";

/** An engine on the caller's own thread, which it leaves every few milliseconds. */
export function localEngine(files?: BlockingFiles, now = () => performance.now()): MergeEngine {
  let kernel: Promise<Kernel> | undefined;
  // One task at a time: those that are asked for together would wake up together.
  const queue = new Queue();
  const turn = { last: now() };
  return {
    files: files !== undefined,
    fold: (task, works, { signal, onProgress } = {}) =>
      queue.run(async () => {
        const pacer = new Pacer(now, signal, turn);
        kernel ??= Kernel.create();
        const own = await kernel;
        const folded = [];
        for (const work of works) {
          await pacer.pause();
          const { bytes, ...rest } = foldWork(own, task, work, files);
          folded.push({ ...rest, bytes: bytes.slice() });
          onProgress?.(work.rows * task.plane.columns);
        }
        return folded;
      }),
    calibrate: (task, signal) => queue.run(() => calibrate(task, new Pacer(now, signal, turn))),
    release() {
      kernel = undefined;
    },
  };
}

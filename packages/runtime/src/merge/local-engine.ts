import { Pacer } from "../pacer.js";
import { type BlockingFiles, foldWork } from "./fold-work.js";
import { Kernel } from "./kernel.js";
import type { MergeEngine } from "./types.js";

/** An engine on the caller's own thread, which it leaves every few milliseconds. */
export function localEngine(files?: BlockingFiles, now = () => performance.now()): MergeEngine {
  let kernel: Promise<Kernel> | undefined;
  return {
    files: files !== undefined,
    async fold(task, works, { signal, onProgress } = {}) {
      const pacer = new Pacer(now, signal);
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
    },
    release() {
      kernel = undefined;
    },
  };
}

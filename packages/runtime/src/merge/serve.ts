import { type BlockingFiles, foldWork } from "./fold-work.js";
import { Kernel } from "./kernel.js";
import type { FromWorker, ToWorker } from "./pool-engine.js";
import type { FoldTask } from "./types.js";

/**
 * A worker's side of a pool: gives what answers its messages, one after the other.
 * @param answer sends a message; the bytes in it may be transferred
 */
export function serve(
  answer: (message: FromWorker, transfer: ArrayBuffer[]) => void,
  files: BlockingFiles | undefined,
): (message: ToWorker) => void {
  let task: FoldTask | undefined;
  let kernel: Promise<Kernel> | undefined;
  let last: Promise<void> = Promise.resolve();
  const work = async (message: ToWorker) => {
    try {
      kernel ??= Kernel.create();
      task = message.task ?? task;
      const { bytes, ...rest } = foldWork(await kernel, task!, message.work, files);
      const own = bytes.slice();
      answer({ id: message.id, folded: { ...rest, bytes: own } }, [own.buffer]);
    } catch (error) {
      answer({ id: message.id, error }, []);
    }
  };
  return (message) => {
    last = last.then(() => work(message));
  };
}

import { type BlockingFiles, foldWork } from "./fold-work.js";
import { Kernel } from "./kernel.js";
import type { Folded, FoldTask, FoldWork } from "./types.js";
import type { FromWorker, ToWorker } from "./worker-pool.js";

/**
 * A worker's side of a pool: gives what answers its messages, one after the other.
 * @param answer sends a message; the bytes in it may be transferred
 */
export function serve(
  answer: (message: FromWorker<Folded>, transfer: ArrayBuffer[]) => void,
  files: BlockingFiles | undefined,
): (message: ToWorker<FoldTask, FoldWork>) => void {
  let task: FoldTask | undefined;
  let kernel: Promise<Kernel> | undefined;
  let last: Promise<void> = Promise.resolve();
  const work = async (message: ToWorker<FoldTask, FoldWork>) => {
    try {
      kernel ??= Kernel.create();
      task = message.task ?? task;
      const own = await kernel;
      const folded = message.works.map((each) => {
        const { bytes, ...rest } = foldWork(own, task!, each, files);
        return { ...rest, bytes: bytes.slice() };
      });
      const transfer = folded.flatMap(({ bytes }) => (bytes.length > 0 ? [bytes.buffer] : []));
      answer({ id: message.id, done: folded }, transfer);
    } catch (error) {
      answer({ id: message.id, error }, []);
    }
  };
  return (message) => {
    last = last.then(() => work(message));
  };
}

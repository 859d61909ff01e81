import type { CalibrateTask } from "../merge/types.js";
import type { FromWorker, ToWorker } from "../merge/worker-pool.js";
import { Pacer } from "../pacer.js";
import type { MergedTarget } from "../plan/merge-target.js";
import { calibrate } from "./calibrate.js";

/** A clock that stands still: a worker's thread is left to nobody. */
const NEVER = () => 0;

/**
 * A worker's side of a pool of calibrations: gives what answers its messages, one after the other.
 * @param answer sends a message; the bytes in it may be transferred
 */
export function serveCalibrations(
  answer: (message: FromWorker<MergedTarget>, transfer: ArrayBuffer[]) => void,
): (message: ToWorker<undefined, CalibrateTask>) => void {
  let last: Promise<void> = Promise.resolve();
  const work = async ({ id, works }: ToWorker<undefined, CalibrateTask>) => {
    try {
      const done: MergedTarget[] = [];
      for (const task of works) {
        const merged = await calibrate(task, new Pacer(NEVER, undefined));
        done.push({ ...merged, bytes: merged.bytes.slice() });
      }
      answer(
        { id, done },
        done.map(({ bytes }) => bytes.buffer as ArrayBuffer),
      );
    } catch (error) {
      answer({ id, error }, []);
    }
  };
  return (message) => {
    last = last.then(() => work(message));
  };
}

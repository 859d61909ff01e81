import { until } from "../until.js";

/** Runs asynchronous work one after the other, in the order of the calls. */
export class Queue {
  #tail: Promise<unknown> = Promise.resolve();

  /**
   * Settles as `work` does, which starts when everything before it has ended, however it ended.
   * @throws the signal's reason, as soon as it is aborted while others go first; `work` then never starts
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#tail;
    const result = until(before, signal).then(work);
    // Nothing of the results: what settles with them would hold those before, and they theirs, for good.
    this.#tail = Promise.allSettled([before, result]).then(() => {});
    return result;
  }
}

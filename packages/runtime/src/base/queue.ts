/** Runs asynchronous work one after the other, in the order of the calls. */
export class Queue {
  #tail: Promise<unknown> = Promise.resolve();

  /** Settles as `work` does, which starts when everything before it has ended, however it ended. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => {});
    return result;
  }
}

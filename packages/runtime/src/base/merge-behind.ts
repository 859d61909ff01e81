/** A merge that goes on behind attached peels: one that counts, and those before that are ending. */
export class MergeBehind {
  /** Settles as the merge that counts does. */
  #done: Promise<void> = Promise.resolve();
  /** Resolves when every merge has ended. */
  #ended: Promise<void> = Promise.resolve();
  #stop: ((reason: unknown) => void) | undefined;
  #leave: (() => void) | undefined;

  /**
   * Begins a merge, once the one before was left.
   * @param work resolves once its weights are in force
   * @param failed is told what it failed by, unless it was left
   */
  start(
    work: (signal: AbortSignal) => Promise<void>,
    failed: (error: unknown) => void,
    signal: AbortSignal | undefined,
  ): void {
    const stop = new AbortController();
    let left = false;
    const abort = () => stop.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    this.#stop = (reason) => stop.abort(reason);
    this.#leave = () => {
      left = true;
      stop.abort(new Error("other peels came into force"));
    };
    const done = work(stop.signal)
      .catch((error) => {
        if (left) return;
        failed(error);
        throw error;
      })
      .finally(() => signal?.removeEventListener("abort", abort));
    this.#done = done;
    this.#ended = Promise.allSettled([this.#ended, done]).then(() => {});
  }

  /** Leaves the merge because another state is in force: it ends soon, and who waits for it isn't told of a failure. */
  leave(): void {
    this.#leave?.();
    this.#done = Promise.resolve();
  }

  /** Stops the merge; resolves when all have ended. */
  async stop(reason: unknown): Promise<void> {
    this.#stop?.(reason);
    await this.#ended;
  }

  /** Resolves when no merge counts any more. @throws what the last one failed by */
  async settled(): Promise<void> {
    for (let last: unknown; last !== this.#done; ) {
      last = this.#done;
      await this.#done;
    }
  }
}

/** Milliseconds of work between two pauses: half a frame. */
const SLICE_MS = 8;

/** Lets long work pause, so that timers and pictures go on and an abort is seen. */
export class Pacer {
  readonly #now: () => number;
  readonly #signal: AbortSignal | undefined;
  #last: number;

  constructor(now: () => number, signal: AbortSignal | undefined) {
    this.#now = now;
    this.#signal = signal;
    this.#last = now();
    signal?.throwIfAborted();
  }

  /** Pauses when a slice of time is used up. @throws the signal's reason once it is aborted */
  async pause(): Promise<void> {
    await this.due();
  }

  /** As pause, for steps so small that awaiting nothing would show: undefined when there is time left. */
  due(): Promise<void> | undefined {
    return this.#now() - this.#last < SLICE_MS ? undefined : this.#wait();
  }

  async #wait(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#last = this.#now();
    this.#signal?.throwIfAborted();
  }
}

/** Milliseconds of work between two pauses: half a frame. */
const SLICE_MS = 8;

/** Lets what waits for this thread go first. */
export function leaveThread(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** When the thread was last left to others, in milliseconds of the pacers' clock. */
export interface Turn {
  last: number;
}

/** Lets long work pause, so that timers and pictures go on and an abort is seen. */
export class Pacer {
  readonly #now: () => number;
  readonly #signal: AbortSignal | undefined;
  readonly #turn: Turn;

  /** @param turn shared by pieces of work that follow each other at once, each too short to pause by itself */
  constructor(now: () => number, signal: AbortSignal | undefined, turn: Turn = { last: now() }) {
    this.#now = now;
    this.#signal = signal;
    this.#turn = turn;
    signal?.throwIfAborted();
  }

  /** Pauses when a slice of time is used up. @throws the signal's reason once it is aborted */
  async pause(): Promise<void> {
    await this.due();
  }

  /** As pause, for steps so small that awaiting nothing would show: undefined when there is time left. */
  due(): Promise<void> | undefined {
    return this.#now() - this.#turn.last < SLICE_MS ? undefined : this.#wait();
  }

  async #wait(): Promise<void> {
    await leaveThread();
    this.#turn.last = this.#now();
    this.#signal?.throwIfAborted();
  }
}

/** Lets a bounded number of tasks run at once; the others wait, and of those too only so many. */
export class Slots {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  readonly #limit: number;
  readonly #queue: number;

  /** @param limit tasks at once @param queue tasks that may wait */
  constructor(limit: number, queue: number) {
    this.#limit = limit;
    this.#queue = queue;
  }

  /** @returns what the task returns; undefined when too many wait already and it wasn't begun */
  async run<T>(task: () => Promise<T>): Promise<T | undefined> {
    if (this.#running >= this.#limit) {
      if (this.#waiting.length >= this.#queue) return undefined;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running++;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}

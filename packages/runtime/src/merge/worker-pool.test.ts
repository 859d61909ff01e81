import { expect, it } from "vitest";
import { type FromWorker, type Port, type ToWorker, workerPool } from "./worker-pool.js";

/** A worker that answers when it is told to. */
class Held implements Port<string, string, string> {
  readonly given: ToWorker<string, string>[] = [];
  #answer: (message: FromWorker<string>) => void = () => {};
  #fail: (error: unknown) => void = () => {};
  post(message: ToWorker<string, string>): void {
    this.given.push(message);
  }
  listen(onMessage: (message: FromWorker<string>) => void, onError: (error: unknown) => void): void {
    this.#answer = onMessage;
    this.#fail = onError;
  }
  terminate(): void {}
  answer(): void {
    const { id, works } = this.given.shift()!;
    this.#answer({ id, done: works });
  }
  end(): void {
    this.#fail(new Error("gone"));
  }
  get works(): string[] {
    return this.given.flatMap(({ works }) => works);
  }
}

function poolOf(shares: (work: string, waiting: number) => boolean) {
  const workers: Held[] = [];
  const pool = workerPool<string, string, string>({
    spawn: () => {
      workers.push(new Held());
      return workers.at(-1)!;
    },
    threads: 2,
    atOnce: 1,
    batches: (_, works) => works.map((work) => [work]),
    shares,
    pack: (work) => ({ work, transfer: [] }),
  });
  return { pool, workers };
}

it("divides a task that is shared", async () => {
  const { pool, workers } = poolOf(() => true);
  const done = pool.run("a", ["a1", "a2"], {});
  expect(workers.map(({ works }) => works)).toEqual([["a1"], ["a2"]]);
  for (const worker of workers) worker.answer();
  expect(await done).toEqual(["a1", "a2"]);
});

it("leaves a task that isn't shared to one worker, and gives the other one the next task", async () => {
  const { pool, workers } = poolOf(() => false);
  const first = pool.run("a", ["a1", "a2"], {});
  expect(workers.map(({ works }) => works)).toEqual([["a1"], []]);
  const second = pool.run("b", ["b1", "b2"], {});
  expect(workers.map(({ works }) => works)).toEqual([["a1"], ["b1"]]);
  workers[0]!.answer();
  expect(workers.map(({ works }) => works)).toEqual([["a2"], ["b1"]]);
  workers[0]!.answer();
  expect(await first).toEqual(["a1", "a2"]);
  expect(workers.map(({ works }) => works)).toEqual([[], ["b1"]]);
  workers[1]!.answer();
  workers[1]!.answer();
  expect(await second).toEqual(["b1", "b2"]);
});

it("helps where enough of a task is waiting", async () => {
  const { pool, workers } = poolOf((_, waiting) => waiting >= 2);
  const done = pool.run("a", ["a1", "a2", "a3"], {});
  expect(workers.map(({ works }) => works)).toEqual([["a1"], ["a2"]]);
  workers[1]!.answer();
  expect(workers.map(({ works }) => works)).toEqual([["a1"], ["a3"]]);
  workers[0]!.answer();
  workers[1]!.answer();
  expect(await done).toEqual(["a1", "a2", "a3"]);
});

it("gives what a lost worker leaves of a task to another", async () => {
  const { pool, workers } = poolOf(() => false);
  const done = pool.run("a", ["a1", "a2"], {});
  workers[0]!.end();
  await expect.poll(() => workers[1]!.works).toEqual(["a2"]);
  workers[1]!.answer();
  await expect(done).rejects.toThrow("gone");
});

// Reads inputs one after the other and tells the main thread of each, which ends this one when it hangs.
import { parentPort, workerData } from "node:worker_threads";
import { makeInput } from "./make-input.js";
import { TARGETS } from "./targets/index.js";
import { tryInput } from "./try-input.js";

/** What the worker is asked for. */
export interface Work {
  readonly seed: string;
  readonly targets: readonly string[];
  /** Iteration to begin with. */
  readonly from: number;
  /** Two cells: the index of the target and the iteration that is being read. */
  readonly at: SharedArrayBuffer;
}

/** What it says: an input that was read wrongly. */
export interface Found {
  readonly target: string;
  readonly iteration: number;
  readonly what: string;
}

const { seed, targets, from, at } = workerData as Work;
const cells = new Int32Array(at);
const chosen = targets.map((name) => TARGETS.find((target) => target.name === name)!);

for (let iteration = from; ; iteration++) {
  for (const [index, target] of chosen.entries()) {
    Atomics.store(cells, 0, index);
    Atomics.store(cells, 1, iteration);
    const what = await tryInput(target, await makeInput(target, seed, iteration));
    if (what !== undefined) parentPort!.postMessage({ target: target.name, iteration, what } satisfies Found);
  }
  // Lets messages go out.
  await new Promise((resolve) => setImmediate(resolve));
}

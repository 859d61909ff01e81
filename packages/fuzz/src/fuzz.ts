import { Worker } from "node:worker_threads";
import { TARGETS } from "./targets/index.js";
import type { Found, Work } from "./worker.js";

/** What fuzz is asked for. */
export interface FuzzOptions {
  readonly seconds: number;
  readonly seed: string;
  /** Names of targets; all by default. */
  readonly targets?: readonly string[];
}

/** What came of it. */
export interface FuzzReport {
  /** Inputs read, over all targets. */
  readonly inputs: number;
  readonly found: readonly Found[];
}

/** Milliseconds without a new input after which the reader counts as hung. */
const HUNG_MS = 20_000;
const TICK_MS = 250;

/**
 * Reads mutated inputs for a time, in a worker. Every input is made from seed, target and iteration alone, so that one
 * that does harm can be made again.
 */
export async function fuzz({
  seconds,
  seed,
  targets = TARGETS.map(({ name }) => name),
}: FuzzOptions): Promise<FuzzReport> {
  const found: Found[] = [];
  const end = performance.now() + seconds * 1000;
  let inputs = 0;
  let from = 0;
  while (performance.now() < end) {
    const at = new SharedArrayBuffer(8);
    const cells = new Int32Array(at);
    const work: Work = { seed, targets, from, at };
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: work });
    const over = new Promise<never>((_, reject) => worker.on("error", reject));
    worker.on("message", (message: Found) => found.push(message));
    try {
      const hung = await Promise.race([watch(cells, end), over]);
      inputs += (cells[1]! - from) * targets.length + cells[0]!;
      if (hung)
        found.push({ target: targets[cells[0]!]!, iteration: cells[1]!, what: `hung for ${HUNG_MS} ms` });
      from = cells[1]! + 1;
    } catch (error) {
      // A worker that ran out of memory ends with an error.
      found.push({
        target: targets[cells[0]!]!,
        iteration: cells[1]!,
        what: `ended the process: ${String(error)}`,
      });
      from = cells[1]! + 1;
    } finally {
      await worker.terminate();
    }
  }
  return { inputs, found };
}

/** Waits until the time is over (false) or nothing moves any more (true). */
async function watch(cells: Int32Array, end: number): Promise<boolean> {
  let last = "";
  let moved = performance.now();
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    const now = `${Atomics.load(cells, 0)} ${Atomics.load(cells, 1)}`;
    if (now !== last) {
      last = now;
      moved = performance.now();
    } else if (performance.now() - moved > HUNG_MS) return true;
  }
  return false;
}

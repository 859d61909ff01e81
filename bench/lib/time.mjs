/** Milliseconds that one call of `work` takes. */
export async function milliseconds(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * Median milliseconds of each of several pieces of work, taken in turns so that a busy moment hits all alike.
 * @param {Record<string, () => unknown>} works
 * @param {{rounds?: number, warmup?: number}} options
 * @returns {Promise<Record<string, number>>}
 */
export async function medians(works, { rounds = 20, warmup = 3 } = {}) {
  const times = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
  for (let round = -warmup; round < rounds; round++)
    for (const [name, work] of Object.entries(works)) {
      const time = await milliseconds(work);
      if (round >= 0) times[name].push(time);
    }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

/**
 * How often sessions that are compared are opened anew. Two of the very same graph differ by up to 2.5%, by where their
 * weights happen to lie, and keep that difference for as long as they live.
 */
export const OPENINGS = 6;

/**
 * Processor time of each of several pieces of work in every turn; the turns begin with another one each, and what is busy
 * beside this process raises all. Threads that spin count as busy, so give sessions one thread, or no spinning.
 * @param {Record<string, () => unknown>} works
 * @param {{rounds?: number, warmup?: number}} options
 * @returns {Promise<Record<string, number[]>>} milliseconds
 */
export async function turns(works, { rounds = 20, warmup = 5 } = {}) {
  const names = Object.keys(works);
  const all = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmup; round < rounds; round++)
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + warmup + turn) % names.length];
      const start = process.cpuUsage();
      await works[name]();
      const { user, system } = process.cpuUsage(start);
      if (round >= 0) all[name].push((user + system) / 1000);
    }
  return all;
}

/** Medians over all turns of one or more measurements: of the times, and of the ratios to `to` in the same turn. */
export function mediansOf(measured, to) {
  const each = (of) =>
    Object.fromEntries(
      Object.keys(measured[0]).map((name) => [name, median(measured.flatMap((one) => of(one, name)))]),
    );
  return {
    times: each((one, name) => one[name]),
    ratios: each((one, name) => one[name].map((time, turn) => time / one[to][turn])),
  };
}

/** The middle of the numbers, or the mean of the two in the middle. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

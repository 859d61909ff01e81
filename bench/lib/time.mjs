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

/** The middle of the numbers, or the mean of the two in the middle. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

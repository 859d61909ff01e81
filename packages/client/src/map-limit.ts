/**
 * Maps items with at most `limit` at work at once, in order. At the first failure no further item is begun; what was
 * begun is waited for, so that nothing goes on behind the caller's back.
 * @returns one result an item: its value, or the reason why there is none
 */
export async function mapLimit<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
  const results: PromiseSettledResult<R>[] = [];
  let next = 0;
  let failed = false;
  const worker = async () => {
    while (next < items.length && !failed) {
      const i = next++;
      try {
        results[i] = { status: "fulfilled", value: await map(items[i]!) };
      } catch (reason) {
        failed = true;
        results[i] = { status: "rejected", reason };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results.filter((result) => result !== undefined);
}

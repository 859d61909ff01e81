/** Targets that are worked out at the same time, so that no worker waits at the end of one. */
const AT_ONCE = 3;

/** Targets to write at the same time: one for each worker, and one that is planned meanwhile. */
export function writtenAtOnce({ threads = 1 }: { readonly threads?: number }): number {
  return Math.max(AT_ONCE, threads + 1);
}

/** Does some work for each, a few at a time and begun in order; the first failure ends it once those begun have ended. */
export async function inTurns<T>(
  each: readonly T[],
  work: (one: T) => Promise<void>,
  atOnce = AT_ONCE,
): Promise<void> {
  let next = 0;
  let failed = false;
  const go = async () => {
    while (next < each.length && !failed)
      try {
        await work(each[next++]!);
      } catch (error) {
        failed = true;
        throw error;
      }
  };
  const all = await Promise.allSettled(Array.from({ length: atOnce }, go));
  for (const one of all) if (one.status === "rejected") throw one.reason;
}

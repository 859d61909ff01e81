/** Targets that are worked out at the same time, so that no worker waits at the end of one. */
const AT_ONCE = 3;

/** Does some work for each, a few at a time and begun in order; the first failure ends it once those begun have ended. */
export async function inTurns<T>(each: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
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
  const all = await Promise.allSettled(Array.from({ length: AT_ONCE }, go));
  for (const one of all) if (one.status === "rejected") throw one.reason;
}

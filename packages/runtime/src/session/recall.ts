/** Results kept for one owner; more would keep the tensors of weights that a slider passed through. */
const KEPT = 4;

interface Kept {
  readonly key: readonly unknown[];
  readonly value: unknown;
}

const memory = new WeakMap<object, Kept[]>();

/**
 * What `make` gave for this owner and key before, else what it gives now. The newest few are kept, as long as the
 * owner lives.
 * @param key values that are compared by identity
 */
export function recall<T>(owner: object, key: readonly unknown[], make: () => T): T {
  const kept = memory.get(owner) ?? [];
  memory.set(owner, kept);
  const found = kept.findIndex(({ key: other }) => same(key, other));
  if (found >= 0) {
    const [entry] = kept.splice(found, 1);
    kept.push(entry!);
    return entry!.value as T;
  }
  const value = make();
  kept.push({ key, value });
  if (kept.length > KEPT) kept.shift();
  return value;
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

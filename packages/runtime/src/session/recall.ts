/** Results kept for one owner; more would keep the tensors of weights that a slider passed through. */
const KEPT = 4;

interface Kept {
  readonly key: readonly unknown[];
  readonly value: unknown;
}

/** A memory of results by owner and key; the newest few of an owner are kept, as long as it lives. */
export class Recall {
  readonly #kept = new WeakMap<object, Kept[]>();

  /**
   * What `make` gave for this owner and key before, else what it gives now.
   * @param key values that are compared by identity
   */
  get<T>(owner: object, key: readonly unknown[], make: () => T): T {
    const kept = this.#kept.get(owner) ?? [];
    this.#kept.set(owner, kept);
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
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

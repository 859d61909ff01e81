/** A set of whole numbers below a size: number i is bit i % 32 of word i / 32. Bits from the size on are 0. */
export type Bits = Uint32Array;

/** The empty set. */
export function none(size: number): Bits {
  return new Uint32Array((size + 31) >>> 5);
}

/** Puts a number into a set that nobody else has yet. */
export function add(set: Bits, member: number): void {
  set[member >>> 5]! |= 1 << (member & 31);
}

/** The set of some numbers. */
export function setOf(size: number, members: Iterable<number>): Bits {
  const set = none(size);
  for (const member of members) add(set, member);
  return set;
}

/** What is below the size and not in a set. */
export function complement(a: Bits, size: number): Bits {
  const set = a.map((word) => ~word);
  if ((size & 31) !== 0) set[set.length - 1]! &= (1 << (size & 31)) - 1;
  return set;
}

export function intersection(a: Bits, b: Bits): Bits {
  return a.map((word, i) => word & b[i]!);
}

export function union(a: Bits, b: Bits): Bits {
  return a.map((word, i) => word | b[i]!);
}

export function has(a: Bits, member: number): boolean {
  return ((a[member >>> 5]! >>> (member & 31)) & 1) === 1;
}

export function isEmpty(a: Bits): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== 0) return false;
  return true;
}

/** True when all of a is in b. */
export function isSubset(a: Bits, b: Bits): boolean {
  for (let i = 0; i < a.length; i++) if ((a[i]! & ~b[i]!) !== 0) return false;
  return true;
}

/** True when nothing is in both. */
export function isDisjoint(a: Bits, b: Bits): boolean {
  for (let i = 0; i < a.length; i++) if ((a[i]! & b[i]!) !== 0) return false;
  return true;
}

/** The numbers of a set, rising. */
export function members(a: Bits): number[] {
  const all: number[] = [];
  for (let i = 0; i < a.length * 32; i++) if (has(a, i)) all.push(i);
  return all;
}

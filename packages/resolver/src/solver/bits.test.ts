import { expect, it } from "vitest";
import {
  complement,
  has,
  intersection,
  isDisjoint,
  isEmpty,
  isSubset,
  members,
  none,
  setOf,
  union,
} from "./bits.js";

it("sets of numbers agree with Set at sizes around a word", () => {
  for (const size of [1, 31, 32, 33, 64, 65, 200]) {
    const even = Array.from({ length: size }, (_, i) => i).filter((i) => i % 2 === 0);
    const third = Array.from({ length: size }, (_, i) => i).filter((i) => i % 3 === 0);
    const [a, b] = [setOf(size, even), setOf(size, third)];
    expect(members(a)).toEqual(even);
    expect(members(complement(a, size))).toEqual(
      Array.from({ length: size }, (_, i) => i).filter((i) => i % 2 === 1),
    );
    expect(members(intersection(a, b))).toEqual(even.filter((i) => i % 3 === 0));
    expect(members(union(a, b))).toEqual([...new Set([...even, ...third])].sort((x, y) => x - y));
    expect(isSubset(intersection(a, b), b)).toBe(true);
    expect(isSubset(complement(none(size), size), a)).toBe(size === 1);
    expect(isDisjoint(a, complement(a, size))).toBe(true);
    expect(isDisjoint(a, b)).toBe(false);
    expect([isEmpty(none(size)), isEmpty(a), has(a, 0), has(complement(a, size), 0)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(complement(complement(a, size), size)).toEqual(a);
  }
});

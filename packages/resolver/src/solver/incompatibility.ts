import { type Bits, intersection, isEmpty, isSubset, union } from "./bits.js";
import type { Domain } from "./domain.js";

/** A statement about one name: what it is, is in the set. */
export interface Term {
  readonly domain: Domain;
  readonly set: Bits;
}

/** Something that a person or an author said, and that excludes choices. */
export type Fact =
  /** banana.json asks for the name. */
  | { readonly kind: "request"; readonly domain: Domain; readonly range: string | undefined }
  /** Versions of the domain need `on` in the range, for all the bases of the mask. */
  | {
      readonly kind: "dependency";
      readonly domain: Domain;
      readonly versions: Bits;
      readonly on: Domain;
      readonly range: string;
      readonly bases: number;
      /** The range that banana.json puts in place of the author's. */
      readonly override: string | undefined;
    }
  /** Versions of the domain can't be beside those of `on` in the range. */
  | {
      readonly kind: "conflict";
      readonly domain: Domain;
      readonly versions: Bits;
      readonly on: Domain;
      readonly range: string;
    }
  /** Versions of both have the same exclusive role. */
  | {
      readonly kind: "role";
      readonly domain: Domain;
      readonly versions: Bits;
      readonly on: Domain;
      readonly others: Bits;
      readonly role: string;
    };

/** Statements that are not all true in any resolution, and why: a fact, or two others that it follows from. */
export interface Incompatibility {
  /** At most one a domain; none of them is empty or says nothing. */
  readonly terms: readonly Term[];
  readonly why: Fact | readonly [Incompatibility, Incompatibility];
}

/**
 * Makes an incompatibility: terms about one name are joined, those that are always true left out.
 * @returns undefined when the terms can't all be true anyway
 */
export function incompatibility(
  terms: readonly Term[],
  why: Incompatibility["why"],
): Incompatibility | undefined {
  const joined = new Map<Domain, Bits>();
  for (const { domain, set } of terms) {
    const before = joined.get(domain);
    joined.set(domain, before === undefined ? set : intersection(before, set));
  }
  const all: Term[] = [];
  for (const [domain, set] of joined) {
    if (isEmpty(set)) return undefined;
    if (!isSubset(domain.all, set)) all.push({ domain, set });
  }
  return { terms: all, why };
}

/**
 * What follows from two incompatibilities that speak of one domain, by resolution: whichever of the two sets the
 * domain is not in, the other's terms are broken. (The rule of PubGrub, https://github.com/dart-lang/pub, doc/solver.md.)
 */
export function resolvent(a: Incompatibility, b: Incompatibility, domain: Domain): Incompatibility {
  const of = ({ terms }: Incompatibility) => terms.find((term) => term.domain === domain)!.set;
  const others = [...a.terms, ...b.terms].filter((term) => term.domain !== domain);
  const both = incompatibility([...others, { domain, set: union(of(a), of(b)) }], [a, b]);
  if (both === undefined) throw new Error("unreachable: the terms of a conflict are all true");
  return both;
}

/** The facts that an incompatibility follows from, each once. */
export function factsOf(root: Incompatibility): Fact[] {
  const facts = new Set<Fact>();
  const seen = new Set<Incompatibility>();
  const open = [root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if ("kind" in next.why) facts.add(next.why);
    else open.push(...next.why);
  }
  return [...facts];
}

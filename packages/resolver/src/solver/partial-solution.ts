import { type Bits, intersection, isDisjoint, isSubset } from "./bits.js";
import type { Domain } from "./domain.js";
import { type Incompatibility, resolvent, type Term } from "./incompatibility.js";

/** One step of a search: something decided, or something that follows. */
interface Assignment {
  readonly domain: Domain;
  /** What the step says. */
  readonly set: Bits;
  /** What is known of the domain after it. */
  readonly after: Bits;
  /** How many decisions were made before it, itself included. */
  readonly level: number;
  /** Undefined: a decision. */
  readonly cause: Incompatibility | undefined;
}

/** What an incompatibility says at the moment: broken already, all true, one term left open, or several. */
export type Relation = "contradicted" | "conflict" | "open" | Term;

/** What is decided and known so far, in order. */
export class PartialSolution {
  readonly #steps: Assignment[] = [];
  /** Places in `#steps` by domain. */
  readonly #of = new Map<Domain, number[]>();
  #level = 0;

  /** What is known of a domain. */
  current(domain: Domain): Bits {
    const places = this.#of.get(domain);
    return places === undefined || places.length === 0 ? domain.all : this.#steps[places.at(-1)!]!.after;
  }

  decide(domain: Domain, set: Bits): void {
    this.#level++;
    this.#push(domain, set, undefined);
  }

  /** Adds what follows from an incompatibility of which one term is open: that it isn't true. */
  derive({ domain, set }: Term, cause: Incompatibility): void {
    this.#push(domain, domain.complement(set), cause);
  }

  relation({ terms }: Incompatibility): Relation {
    let open: Term | undefined;
    for (const term of terms) {
      const current = this.current(term.domain);
      if (isSubset(current, term.set)) continue;
      if (isDisjoint(current, term.set)) return "contradicted";
      if (open !== undefined) return "open";
      open = term;
    }
    return open ?? "conflict";
  }

  /**
   * Finds why all terms of an incompatibility are true, and goes back to before the decision that it hangs on.
   * @param undo gets each domain whose decision is taken back
   * @returns what was learned, one term of which is open now; without terms, there is no solution
   */
  learn(conflict: Incompatibility, undo: (domain: Domain) => void): Incompatibility {
    let learned = conflict;
    while (learned.terms.length > 0) {
      const { satisfier, place, term, previous } = this.#satisfierOf(learned);
      if (satisfier.cause === undefined || previous < satisfier.level) {
        this.#backTo(previous, undo);
        return learned;
      }
      learned = resolvent(learned, satisfier.cause, term.domain);
      if (place < 0) throw new Error("unreachable: every term has a satisfier");
    }
    return learned;
  }

  /** The step that made the last term true, and the level on which all others were. */
  #satisfierOf({ terms }: Incompatibility) {
    const places = terms.map(({ domain, set }) => this.#firstPlace(domain, set));
    const last = places.indexOf(Math.max(...places));
    const place = places[last]!;
    const satisfier = this.#steps[place]!;
    const term = terms[last]!;
    const levels = places.filter((_, i) => i !== last).map((other) => this.#steps[other]!.level);
    // What the step says may be too little: then what was known of the domain before belongs to it.
    if (!isSubset(satisfier.set, term.set)) {
      const before = this.#of
        .get(term.domain)!
        .find((other) => isSubset(intersection(this.#steps[other]!.after, satisfier.set), term.set))!;
      if (before < place) levels.push(this.#steps[before]!.level);
    }
    return { satisfier, place, term, previous: Math.max(0, ...levels) };
  }

  #firstPlace(domain: Domain, set: Bits): number {
    return this.#of.get(domain)?.find((place) => isSubset(this.#steps[place]!.after, set)) ?? -1;
  }

  #push(domain: Domain, set: Bits, cause: Incompatibility | undefined): void {
    const after = intersection(this.current(domain), set);
    const places = this.#of.get(domain);
    if (places === undefined) this.#of.set(domain, [this.#steps.length]);
    else places.push(this.#steps.length);
    this.#steps.push({ domain, set, after, level: this.#level, cause });
  }

  #backTo(level: number, undo: (domain: Domain) => void): void {
    while (this.#steps.length > 0 && this.#steps.at(-1)!.level > level) {
      const { domain, cause } = this.#steps.pop()!;
      this.#of.get(domain)!.pop();
      if (cause === undefined) undo(domain);
    }
    this.#level = level;
  }
}

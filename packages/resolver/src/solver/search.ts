import { type Bits, has, isEmpty, setOf } from "./bits.js";
import { type Domain, type Requirement, satisfying } from "./domain.js";
import { type Fact, type Incompatibility, incompatibility } from "./incompatibility.js";
import { PartialSolution } from "./partial-solution.js";

/** A request of the project. */
export interface Request {
  readonly name: string;
  /** semver range or dist-tag; undefined: any release. */
  readonly range: string | undefined;
}

/** What a search is for. */
export interface Problem {
  /** In the order in which they get their versions; each name once. */
  readonly requests: readonly Request[];
  /** Ranges in place of what peels say of a name. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Roles that several peels may have. */
  readonly sharedRoles: readonly string[];
  /** Incompatibilities that are looked at before the search is given up. */
  readonly maxSteps: number;
  /** What there is of a name; undefined: it was not loaded yet. */
  domain(name: string): Domain | undefined;
}

/** How a search ended. */
export type Outcome =
  /** Each domain with its number. */
  | { readonly kind: "solved"; readonly versions: ReadonlyMap<Domain, number> }
  /** Nothing fits, because of this. */
  | { readonly kind: "conflict"; readonly conflict: Incompatibility }
  /** Given up after as many steps as the problem allows. */
  | { readonly kind: "too-hard" };

/**
 * Looks for the first resolution in the order of docs/specification/lock.md, Resolution: a search in depth that learns
 * from each conflict what can't be, and goes back as far as that hangs on (conflict-driven, as in PubGrub). What is
 * learned only cuts off what has no solution, so that the first solution stays the first.
 *
 * It yields names whose domains it needs; the caller loads them all and goes on.
 */
export function* search(problem: Problem): Generator<readonly string[], Outcome, void> {
  return yield* new Search(problem).run();
}

class Search {
  readonly #problem: Problem;
  readonly #solution = new PartialSolution();
  readonly #known = new Map<Domain, Incompatibility[]>();
  readonly #keys = new Set<string>();
  /** Decided versions. */
  readonly #decided = new Map<Domain, number>();
  /** Names that decided versions need and that have no version yet. */
  readonly #needed = new Set<string>();
  /** Domains that have a role, and those of them that had it in some decision. */
  readonly #byRole = new Map<string, Set<Domain>>();
  readonly #heldBy = new Map<string, Set<Domain>>();
  /** Conflicts that decided versions named, by the other name. */
  readonly #conflictsOn = new Map<string, { domain: Domain; range: string; versions: Bits }[]>();
  #changed: Set<Domain> = new Set();
  #steps = 0;
  /** Requests, from the first on, that have a version. */
  #settled = 0;
  /** What excludes everything by itself. */
  #impossible: Incompatibility | undefined;

  constructor(problem: Problem) {
    this.#problem = problem;
  }

  *run(): Generator<readonly string[], Outcome, void> {
    const { requests } = this.#problem;
    while (this.#missing(requests.map(({ name }) => name)).length > 0)
      yield this.#missing(requests.map(({ name }) => name));
    for (const { name, range } of requests) {
      const domain = this.#admit(name)!;
      const terms = [{ domain, set: domain.complement(domain.admitted(range)) }];
      this.#add(incompatibility(terms, { kind: "request", domain, range }));
    }
    for (;;) {
      const conflict = this.#propagate();
      if (conflict === "too-hard") return { kind: "too-hard" };
      if (conflict !== undefined) return { kind: "conflict", conflict };
      const name = this.#next();
      if (name === undefined) return { kind: "solved", versions: new Map(this.#decided) };
      const load = this.#toLoad(name);
      if (load.length > 0) yield load;
      else this.#decide(this.#admit(name)!);
    }
  }

  /** The name that gets its version next: the first request without one, else the first name that is needed. */
  #next(): string | undefined {
    const { requests } = this.#problem;
    while (this.#settled < requests.length) {
      const { name } = requests[this.#settled]!;
      if (!this.#decided.has(this.#problem.domain(name)!)) return name;
      this.#settled++;
    }
    let first: string | undefined;
    for (const name of this.#needed) if (first === undefined || name < first) first = name;
    return first;
  }

  /**
   * What has to be loaded before a name gets its version. When anything has to be, all is named that the best versions
   * of all open names need, so that it is loaded at once.
   */
  #toLoad(name: string): string[] {
    const needs = (of: string) => {
      const domain = this.#admit(of);
      if (domain === undefined) return [of];
      return this.#missing(Object.keys(domain.choices[this.#best(domain) - 1]?.item.dependencies ?? {}));
    };
    if (needs(name).length === 0) return [];
    const open = [...this.#problem.requests.map((request) => request.name), ...this.#needed];
    return [...new Set(open.flatMap(needs))].sort();
  }

  #missing(names: readonly string[]): string[] {
    return names.filter((name) => this.#problem.domain(name) === undefined);
  }

  /** The best version that nothing excludes; 0 when there is none. */
  #best(domain: Domain): number {
    const current = this.#solution.current(domain);
    for (let number = 1; number < domain.size; number++) if (has(current, number)) return number;
    return 0;
  }

  /** A domain, with what earlier decisions say of it; undefined when it isn't loaded. */
  #admit(name: string): Domain | undefined {
    const domain = this.#problem.domain(name);
    if (domain === undefined || this.#known.has(domain)) return domain;
    this.#known.set(domain, []);
    for (const { domain: other, range, versions } of this.#conflictsOn.get(name) ?? [])
      this.#addConflict(other, versions, domain, range);
    for (const role of domain.roles.keys()) {
      entry(this.#byRole, role).add(domain);
      for (const holder of this.#heldBy.get(role) ?? []) this.#addRole(holder, domain, role);
    }
    return domain;
  }

  #decide(domain: Domain): void {
    const number = this.#best(domain);
    if (number === 0) throw new Error(`unreachable: nothing is left of ${domain.name}, which is needed`);
    const { item } = domain.choices[number - 1]!;
    this.#solution.decide(domain, setOf(domain.size, [number]));
    this.#decided.set(domain, number);
    this.#needed.delete(domain.name);
    this.#changed.add(domain);
    for (const requirement of domain.requirements(number)) {
      this.#addRequirement(domain, requirement);
      if (!this.#decided.has(this.#admit(requirement.on)!)) this.#needed.add(requirement.on);
    }
    for (const [on, range] of Object.entries(item.conflicts ?? {})) this.#nameConflict(domain, on, range);
    for (const role of item.roles ?? []) this.#hold(domain, role);
  }

  #undo(domain: Domain): void {
    this.#decided.delete(domain);
  }

  /** Finds out anew what is needed, after decisions were taken back. */
  #recount(): void {
    this.#needed.clear();
    this.#settled = 0;
    for (const [domain, number] of this.#decided)
      for (const { on } of domain.requirements(number)) {
        const other = this.#problem.domain(on);
        if (other === undefined || !this.#decided.has(other)) this.#needed.add(on);
      }
  }

  #addRequirement(domain: Domain, { on: name, range, bases, versions }: Requirement): void {
    const key = `needs ${domain.name} ${name} ${bases} ${range}`;
    if (!this.#isNew(key)) return;
    const on = this.#admit(name)!;
    const override = Object.hasOwn(this.#problem.overrides, name) ? this.#problem.overrides[name] : undefined;
    const unfit = on.complement(satisfying(on, override ?? range, bases));
    const why: Fact = { kind: "dependency", domain, versions, on, range, bases, override };
    const terms = [
      { domain, set: versions },
      { domain: on, set: unfit },
    ];
    this.#add(incompatibility(terms, why));
  }

  #nameConflict(domain: Domain, name: string, range: string): void {
    if (Object.hasOwn(this.#problem.overrides, name) || !this.#isNew(`not ${domain.name} ${name} ${range}`))
      return;
    const versions = domain.where(
      ({ item: { conflicts = {} } }) => Object.hasOwn(conflicts, name) && conflicts[name] === range,
    );
    const list = this.#conflictsOn.get(name);
    if (list === undefined) this.#conflictsOn.set(name, [{ domain, range, versions }]);
    else list.push({ domain, range, versions });
    const other = this.#problem.domain(name);
    if (other === undefined) return;
    if (this.#known.has(other)) this.#addConflict(domain, versions, other, range);
    else this.#admit(name);
  }

  #addConflict(domain: Domain, versions: Bits, on: Domain, range: string): void {
    const terms = [
      { domain, set: versions },
      { domain: on, set: on.inRange(range, true) },
    ];
    if (!isEmpty(terms[1]!.set))
      this.#add(incompatibility(terms, { kind: "conflict", domain, versions, on, range }));
  }

  #hold(domain: Domain, role: string): void {
    const holders = entry(this.#heldBy, role);
    if (this.#problem.sharedRoles.includes(role) || holders.has(domain)) return;
    holders.add(domain);
    for (const other of this.#byRole.get(role) ?? []) this.#addRole(domain, other, role);
  }

  #addRole(domain: Domain, on: Domain, role: string): void {
    const pair = domain.name < on.name ? `${domain.name} ${on.name}` : `${on.name} ${domain.name}`;
    if (domain === on || !this.#isNew(`role ${role} ${pair}`)) return;
    const versions = domain.roles.get(role)!;
    const others = on.roles.get(role)!;
    const terms = [
      { domain, set: versions },
      { domain: on, set: others },
    ];
    this.#add(incompatibility(terms, { kind: "role", domain, versions, on, others, role }));
  }

  #isNew(key: string): boolean {
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    return true;
  }

  #add(added: Incompatibility | undefined): void {
    if (added === undefined) return;
    if (added.terms.length === 0) this.#impossible ??= added;
    for (const { domain } of added.terms) {
      this.#known.get(domain)!.push(added);
      this.#changed.add(domain);
    }
  }
  /** Draws all conclusions; returns why there is no solution, when there is none. */
  #propagate(): Incompatibility | "too-hard" | undefined {
    if (this.#impossible !== undefined) return this.#impossible;
    for (const domain of this.#changed) {
      this.#changed.delete(domain);
      // The newest first: what was learned last says most.
      const all = this.#known.get(domain)!;
      for (let i = all.length - 1; i >= 0; i--) {
        if (++this.#steps > this.#problem.maxSteps) return "too-hard";
        const relation = this.#solution.relation(all[i]!);
        if (relation === "contradicted" || relation === "open") continue;
        if (relation !== "conflict") {
          this.#solution.derive(relation, all[i]!);
          this.#changed.add(relation.domain);
          continue;
        }
        const learned = this.#solution.learn(all[i]!, (undone) => this.#undo(undone));
        if (learned.terms.length === 0) return learned;
        this.#recount();
        if (learned !== all[i]) this.#add(learned);
        for (const term of learned.terms) this.#changed.add(term.domain);
        this.#changed.add(domain);
        break;
      }
    }
    return undefined;
  }
}

function entry<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  let set = map.get(key);
  if (set === undefined) {
    set = new Set();
    map.set(key, set);
  }
  return set;
}

import type { SemVer } from "semver";
import type { CatalogueEntry, CatalogueVersion, ProjectBase } from "../catalogue.js";
import { fits } from "../fit.js";
import { parsedRange, parsedVersion } from "../range.js";
import { add, type Bits, complement, intersection, none, setOf } from "./bits.js";

/** Number of "no version of this name" in every domain; version i of `choices` is number i + 1. */
export const ABSENT = 0;

/** A version that can be in a resolution: a peel that fits a base of the project. */
export interface Choice {
  readonly item: CatalogueVersion;
  /** Bit i: it fits base i of the project. */
  readonly bases: number;
  readonly parsed: SemVer;
}

/** A requirement that several versions of one name have alike. */
export interface Requirement {
  readonly on: string;
  readonly range: string;
  /** Bases that the required peel has to fit. */
  readonly bases: number;
  /** The versions that have it. */
  readonly versions: Bits;
}

/** How the versions of a name are put in order. */
export interface Preference {
  /** The version to take before all others. */
  readonly locked: string | undefined;
  /** True: the dist-tag latest goes before newer versions. */
  readonly latest: boolean;
}

/** What one name can be in a resolution: absent, or one of its choices, best first. */
export class Domain {
  readonly name: string;
  /** Undefined: the registry has no such name. */
  readonly entry: CatalogueEntry | undefined;
  readonly choices: readonly Choice[];
  /** Numbers in the domain: the choices and ABSENT. */
  readonly size: number;
  readonly all: Bits;
  /** Roles of any of its versions. */
  readonly roles: ReadonlyMap<string, Bits>;
  readonly #ranges = new Map<string, Bits>();
  readonly #requirements = new Map<number, readonly Requirement[]>();

  constructor(
    name: string,
    entry: CatalogueEntry | undefined,
    bases: readonly ProjectBase[],
    preference: Preference,
  ) {
    this.name = name;
    this.entry = entry;
    this.choices = order(entry, choicesOf(entry, bases), preference);
    this.size = this.choices.length + 1;
    this.all = complement(none(this.size), this.size);
    const roles = new Map<string, number[]>();
    for (const [i, { item }] of this.choices.entries())
      for (const role of item.roles ?? []) roles.set(role, [...(roles.get(role) ?? []), i + 1]);
    this.roles = new Map([...roles].map(([role, numbers]) => [role, setOf(this.size, numbers)]));
  }

  /** The versions in a semver range; with `prereleases`, those before a release as well. */
  inRange(range: string, prereleases = false): Bits {
    const key = prereleases ? `pre ${range}` : range;
    let found = this.#ranges.get(key);
    if (found === undefined) {
      const parsed = parsedRange(range, prereleases);
      found = this.where((choice) => parsed?.test(choice.parsed) ?? false);
      this.#ranges.set(key, found);
    }
    return found;
  }

  /** The versions that a request of the project admits: those of the dist-tag, or in the range, or any release. */
  admitted(range: string | undefined): Bits {
    const tags = this.entry?.distTags ?? {};
    const tagged = range !== undefined && Object.hasOwn(tags, range) ? tags[range] : undefined;
    if (tagged !== undefined) return this.where(({ item }) => item.version === tagged);
    return this.inRange(range ?? "*");
  }

  /** The versions that fit all bases of a mask. */
  fitting(bases: number): Bits {
    return this.where((choice) => (choice.bases & bases) === bases);
  }

  where(test: (choice: Choice) => boolean): Bits {
    const set = none(this.size);
    for (let i = 0; i < this.choices.length; i++) if (test(this.choices[i]!)) add(set, i + 1);
    return set;
  }

  complement(set: Bits): Bits {
    return complement(set, this.size);
  }

  /** What a version requires, each with all versions that require the same. */
  requirements(number: number): readonly Requirement[] {
    let found = this.#requirements.get(number);
    if (found === undefined) {
      const { item, bases } = this.choices[number - 1]!;
      found = Object.entries(item.dependencies ?? {})
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([on, range]) => ({ on, range, bases, versions: this.#requiring(on, range, bases) }));
      this.#requirements.set(number, found);
    }
    return found;
  }

  #requiring(on: string, range: string, bases: number): Bits {
    return this.where(
      ({ item: { dependencies }, bases: fitted }) =>
        fitted === bases &&
        dependencies !== undefined &&
        Object.hasOwn(dependencies, on) &&
        dependencies[on] === range,
    );
  }
}

function choicesOf(entry: CatalogueEntry | undefined, bases: readonly ProjectBase[]): Choice[] {
  const choices: Choice[] = [];
  for (const item of entry?.versions ?? []) {
    if (item.adapters === undefined) continue;
    const parsed = parsedVersion(item.version);
    if (parsed === undefined) continue;
    let mask = 0;
    for (let i = 0; i < bases.length; i++)
      for (const adapter of item.adapters) if (fits(adapter, bases[i]!)) mask |= 1 << i;
    if (mask !== 0) choices.push({ item, bases: mask, parsed });
  }
  return choices;
}

/** Specification: docs/specification/lock.md, Resolution. */
function order(entry: CatalogueEntry | undefined, choices: Choice[], preference: Preference): Choice[] {
  const latest = preference.latest ? entry?.distTags.latest : undefined;
  const rank = ({ item: { version, deprecated } }: Choice) => {
    if (version === preference.locked) return 0;
    if (deprecated !== undefined) return 3;
    return version === latest ? 1 : 2;
  };
  return choices
    .map((choice) => ({ choice, rank: rank(choice) }))
    .sort((a, b) => a.rank - b.rank || b.choice.parsed.compare(a.choice.parsed))
    .map(({ choice }) => choice);
}

/** The versions of a requirement that another domain has: in its range, and with all the bases. */
export function satisfying(domain: Domain, range: string, bases: number): Bits {
  return intersection(domain.inRange(range), domain.fitting(bases));
}

import { BananaError, type PeelRequest } from "@banana-peel/format";
import type { Catalogue, CatalogueEntry, ProjectBase } from "./catalogue.js";
import { type ChosenAdapter, chooseAdapters } from "./fit.js";
import { isEmpty } from "./solver/bits.js";
import { Domain } from "./solver/domain.js";
import { type Outcome, type Request, search } from "./solver/search.js";

/** What is to be resolved. */
export interface ResolveOptions {
  /** The peels that the project asks for, each name once. */
  readonly requests: readonly PeelRequest[];
  /** The bases of the project. */
  readonly bases: readonly ProjectBase[];
  readonly catalogue: Catalogue;
  /** Versions of the lockfile, by name. */
  readonly locked?: ReadonlyMap<string, string> | undefined;
  /** Names whose newest version is wanted, whatever is locked; `all` for every name. */
  readonly fresh?: ReadonlySet<string> | "all" | undefined;
  /** Ranges that hold in place of what peels say of a name. */
  readonly overrides?: Readonly<Record<string, string>> | undefined;
  /** Exclusive roles that several peels may have. */
  readonly sharedRoles?: readonly string[] | undefined;
  /** Names that are looked at, at most. Default 20,000: far more than any project has, so that a hostile catalogue ends. */
  readonly maxNames?: number | undefined;
}

/** One peel of a resolution. */
export interface ResolvedPeel {
  readonly name: string;
  readonly version: string;
  /** True: the project asks for it itself. */
  readonly requested: boolean;
  /** What the project asked for; undefined when no range was given, or when only other peels need it. */
  readonly range: string | undefined;
  /** Address of the registry. */
  readonly registry: string;
  /** Address of the tarball. */
  readonly tarball: string;
  /** SHA-512 that the registry promises. */
  readonly integrity: string;
  /** The adapter for each base that it fits; at least one. */
  readonly adapters: readonly ChosenAdapter[];
  /** What the registry says that it needs: name to range. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly conflicts: Readonly<Record<string, string>>;
  readonly roles: readonly string[];
  /** The author's words, when the version is deprecated. */
  readonly deprecated: string | undefined;
}

/** The peels that satisfy every request and each other, sorted by name. */
export interface Resolution {
  readonly peels: readonly ResolvedPeel[];
}

/** The default of `ResolveOptions.maxNames`. */
const MAX_NAMES = 20_000;
/** A second or two; no catalogue that people make comes near. */
const MAX_STEPS = 1_000_000;

/** What one resolution has loaded, and tries with it. */
export class Session {
  /** In the order in which they get their versions: those whose newest is wanted, then the others, by name. */
  readonly requests: readonly Request[];
  readonly #options: ResolveOptions;
  readonly #entries = new Map<string, CatalogueEntry | undefined>();
  readonly #domains = new Map<string, Domain>();
  readonly #ranges: ReadonlyMap<string, string | undefined>;

  constructor(options: ResolveOptions, from?: Session) {
    this.#options = options;
    this.#ranges = new Map(options.requests.map(({ name, range }) => [name, range]));
    if (from !== undefined) for (const [name, entry] of from.#entries) this.#entries.set(name, entry);
    this.requests = [...options.requests].sort(
      (a, b) => Number(this.#isFresh(b.name)) - Number(this.#isFresh(a.name)) || byName(a, b),
    );
    for (const name of this.#entries.keys()) this.#domains.set(name, this.#domainOf(name));
  }

  entry(name: string): CatalogueEntry | undefined {
    return this.#entries.get(name);
  }

  /** True when some version fits a request and a base, whatever else is asked for. */
  canBeHad({ name, range }: Request): boolean {
    return !isEmpty(this.#domains.get(name)!.admitted(range));
  }

  async load(names: readonly string[]): Promise<void> {
    const unknown = names.filter((name) => !this.#entries.has(name));
    const { maxNames = MAX_NAMES } = this.#options;
    if (this.#entries.size + unknown.length > maxNames) throw tooLarge(`at most ${maxNames} names`);
    const entries = await Promise.all(unknown.map((name) => this.#options.catalogue.versions(name)));
    for (const [i, name] of unknown.entries()) this.#entries.set(name, entries[i]);
    for (const name of names) if (!this.#domains.has(name)) this.#domains.set(name, this.#domainOf(name));
  }

  /** @param maxSteps incompatibilities that are looked at before giving up; 500 peels of 20 versions take 20,000 */
  async solve(maxSteps = MAX_STEPS): Promise<Outcome> {
    const { overrides = {}, sharedRoles = [] } = this.#options;
    const { requests } = this;
    const domain = (name: string) => this.#domains.get(name);
    const steps = search({ requests, overrides, sharedRoles, maxSteps, domain });
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
      await this.load(value);
    }
  }

  peels(versions: ReadonlyMap<Domain, number>): ResolvedPeel[] {
    return [...versions]
      .map(([{ name, entry, choices }, number]) => {
        const { item } = choices[number - 1]!;
        return {
          name,
          version: item.version,
          requested: this.#ranges.has(name),
          range: this.#ranges.get(name),
          registry: entry!.registry,
          tarball: item.tarball,
          integrity: item.integrity,
          adapters: chooseAdapters(item.adapters ?? [], this.#options.bases),
          dependencies: item.dependencies ?? {},
          conflicts: item.conflicts ?? {},
          roles: item.roles ?? [],
          deprecated: item.deprecated,
        };
      })
      .sort(byName);
  }

  #domainOf(name: string): Domain {
    const { bases, locked } = this.#options;
    return new Domain(name, this.#entries.get(name), bases, {
      locked: this.#isFresh(name) ? undefined : locked?.get(name),
      latest: this.#ranges.has(name) && this.#ranges.get(name) === undefined,
    });
  }

  #isFresh(name: string): boolean {
    const { fresh, locked } = this.#options;
    return fresh === "all" || fresh?.has(name) || !locked?.has(name);
  }
}

/** Order by name, in code units. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** RESOLUTION_TOO_LARGE. */
export function tooLarge(expected: string): BananaError {
  return new BananaError("RESOLUTION_TOO_LARGE", `expected a resolution with ${expected}, found more`, {
    where: "banana.json:/peels",
    hint: "Ask for exact versions of the peels that need many others, or tell the registry's operator.",
  });
}

import semver from "semver";
import { byName, type ResolvedPeel, type ResolveOptions, Session } from "./session.js";
import type { Domain } from "./solver/domain.js";
import type { Fact } from "./solver/incompatibility.js";

/** A change of banana.json with which there is a resolution; it was tried. */
export interface WayOut {
  /** An instruction, without a full stop. */
  readonly text: string;
  /** What changes in banana.json. */
  readonly change: {
    readonly peels?: Readonly<Record<string, string>>;
    readonly overrides?: Readonly<Record<string, string>>;
    readonly sharedRoles?: readonly string[];
    readonly remove?: string;
  };
}

/** Changes that are tried; each is a resolution of its own. */
const TRIES = 16;
/** Steps of each: what isn't found soon isn't worth waiting for. */
const MAX_STEPS = 50_000;
/** Ways that are offered. */
const OFFERED = 3;

interface Attempt {
  readonly options: Partial<ResolveOptions>;
  way(peels: readonly ResolvedPeel[]): WayOut;
}

/** Looks for small changes with which everything fits, the gentlest first, and tries each. */
export async function waysOut(
  facts: readonly Fact[],
  options: ResolveOptions,
  session: Session,
): Promise<WayOut[]> {
  const ways: WayOut[] = [];
  const gentle = [
    ...otherVersions(facts, options),
    ...sharing(facts, options),
    ...overriding(facts, options),
  ];
  const attempts = [...gentle.slice(0, TRIES), ...removing(facts, options).slice(0, TRIES)];
  for (const { options: changes, way } of attempts) {
    if (ways.length === OFFERED) break;
    const changed = new Session({ ...options, ...changes }, session);
    const outcome = await changed.solve(MAX_STEPS);
    if (outcome.kind !== "solved") continue;
    const found = way(changed.peels(outcome.versions));
    // Of several ranges for one name, the first that helps.
    const name = Object.keys(found.change.overrides ?? {})[0];
    if (name === undefined || !ways.some(({ change }) => change.overrides?.[name] !== undefined))
      ways.push(found);
  }
  return ways;
}

/** Another version of a peel that the project asks for. */
function otherVersions(facts: readonly Fact[], options: ResolveOptions): Attempt[] {
  return requested(facts, options)
    .filter(({ range }) => range !== undefined)
    .map(({ name, range }) => ({
      options: {
        requests: options.requests.map((item) => (item.name === name ? { name, range: "*" } : item)),
      },
      way(peels) {
        const { version } = peels.find((peel) => peel.name === name)!;
        return {
          text: `Ask for ${name}@${version} instead of ${range}`,
          change: { peels: { [name]: version } },
        };
      },
    }));
}

/** A role that the app shares out itself. */
function sharing(facts: readonly Fact[], options: ResolveOptions): Attempt[] {
  const roles = [...new Set(facts.flatMap((fact) => (fact.kind === "role" ? [fact.role] : [])))];
  const sharedRoles = [...(options.sharedRoles ?? []), ...roles];
  return roles.length === 0
    ? []
    : [
        {
          options: { sharedRoles },
          way: () => ({
            text: `Add ${roles.map((role) => JSON.stringify(role)).join(" and ")} to sharedRoles in banana.json, if the app puts one of the peels in force at a time`,
            change: { sharedRoles: roles },
          }),
        },
      ];
}

/** A range in place of what a peel says of another one. */
function overriding(facts: readonly Fact[], options: ResolveOptions): Attempt[] {
  const sayers = new Map<Domain, { ranges: Set<string>; by: Set<string> }>();
  for (const fact of facts) {
    if (fact.kind !== "dependency" && fact.kind !== "conflict") continue;
    const said = sayers.get(fact.on) ?? { ranges: new Set(), by: new Set() };
    if (fact.kind === "dependency") said.ranges.add(fact.range);
    else said.ranges.add("*");
    said.by.add(fact.domain.name);
    sayers.set(fact.on, said);
  }
  return [...sayers].flatMap(([{ name }, { ranges, by }]) => {
    const asked = options.requests.find((request) => request.name === name)?.range;
    const tried = [...(asked === undefined ? [] : [asked]), ...ranges].filter(
      (range) => semver.validRange(range) !== null,
    );
    return [...new Set(tried)].map((range) => ({
      options: { overrides: { ...options.overrides, [name]: range } },
      way: () => ({
        text: `Put "overrides": {"${name}": "${range}"} into banana.json, if it works with ${[...by].join(" and ")}`,
        change: { overrides: { [name]: range } },
      }),
    }));
  });
}

function removing(facts: readonly Fact[], options: ResolveOptions): Attempt[] {
  const all = requested(facts, options);
  if (all.length < 2) return [];
  return all.map(({ name }) => ({
    options: { requests: options.requests.filter((request) => request.name !== name) },
    way: () => ({ text: `Do without ${name}`, change: { remove: name } }),
  }));
}

function requested(facts: readonly Fact[], { requests }: ResolveOptions) {
  const names = new Set(facts.filter(({ kind }) => kind === "request").map(({ domain }) => domain.name));
  return requests.filter(({ name }) => names.has(name)).sort(byName);
}

import semver from "semver";
import type { CatalogueVersion } from "../catalogue.js";
import { fits } from "../fit.js";
import type { RandomCase } from "./random-catalogue.js";

/** A version for each name of a set. */
type Assignment = ReadonlyMap<string, CatalogueVersion>;

/**
 * Resolves by trying everything, written from docs/specification/lock.md, Resolution, and from nothing else of this
 * package but `fits`: all sets of versions are made, those that are no resolution are thrown away, and of the rest the
 * one is taken that the order of the specification puts first.
 * @returns name to version; undefined when nothing is a resolution
 */
export function resolveExhaustively(given: RandomCase): Map<string, string> | undefined {
  const names = given.entries.map(({ name }) => name);
  const options = given.entries.map(({ versions }) => [
    undefined,
    ...versions.filter((item) => basesOf(item, given).length > 0),
  ]);
  let resolutions: Assignment[] = [];
  const walk = (i: number, chosen: [string, CatalogueVersion][]) => {
    if (i === names.length) {
      const assignment = new Map(chosen);
      if (isResolution(assignment, given)) resolutions.push(assignment);
      return;
    }
    for (const item of options[i]!) walk(i + 1, item === undefined ? chosen : [...chosen, [names[i]!, item]]);
  };
  walk(0, []);
  if (resolutions.length === 0) return undefined;

  const result = new Map<string, CatalogueVersion>();
  for (;;) {
    const name = nextName(result, given);
    if (name === undefined) break;
    const best = inOrder(name, given).find((item) => resolutions.some((each) => each.get(name) === item))!;
    resolutions = resolutions.filter((each) => each.get(name) === best);
    result.set(name, best);
  }
  return new Map([...result].map(([name, { version }]) => [name, version]));
}

function basesOf(item: CatalogueVersion, { bases }: RandomCase): number[] {
  return bases.flatMap((base, i) =>
    (item.adapters ?? []).some((adapter) => fits(adapter, base)) ? [i] : [],
  );
}

function isResolution(set: Assignment, given: RandomCase): boolean {
  for (const { name, range } of given.requests) {
    const item = set.get(name);
    if (item === undefined) return false;
    const { distTags } = given.entries.find((entry) => entry.name === name)!;
    const tagged = range === undefined ? undefined : distTags[range];
    const ok = tagged === undefined ? semver.satisfies(item.version, range ?? "*") : item.version === tagged;
    if (!ok) return false;
  }
  const reached = new Set(given.requests.map(({ name }) => name));
  for (const name of reached) {
    const item = set.get(name);
    if (item === undefined) return false;
    for (const [on, range] of Object.entries(item.dependencies ?? {})) {
      reached.add(on);
      const other = set.get(on);
      if (other === undefined || !semver.satisfies(other.version, given.overrides[on] ?? range)) return false;
      const fitted = basesOf(other, given);
      if (!basesOf(item, given).every((base) => fitted.includes(base))) return false;
    }
  }
  if (reached.size !== set.size) return false;
  for (const [name, item] of set)
    for (const [other, { version, roles = [] }] of set) {
      if (name === other) continue;
      const range = item.conflicts?.[other];
      if (range !== undefined && given.overrides[other] === undefined)
        if (semver.satisfies(version, range, { includePrerelease: true })) return false;
      if ((item.roles ?? []).some((role) => roles.includes(role) && !given.sharedRoles.includes(role)))
        return false;
    }
  return true;
}

function nextName(done: Assignment, given: RandomCase): string | undefined {
  const newest = (name: string) => given.fresh.has(name) || !given.locked.has(name);
  const asked = given.requests.map(({ name }) => name).sort();
  const first = [...asked.filter(newest), ...asked.filter((name) => !newest(name))];
  const needed = [...done.values()].flatMap(({ dependencies = {} }) => Object.keys(dependencies)).sort();
  return [...first, ...needed].find((name) => !done.has(name));
}

function inOrder(name: string, given: RandomCase): CatalogueVersion[] {
  const { versions, distTags } = given.entries.find((entry) => entry.name === name)!;
  const newestFirst = [...versions].sort((a, b) => semver.rcompare(a.version, b.version));
  const request = given.requests.find((item) => item.name === name);
  const locked = given.fresh.has(name) ? undefined : given.locked.get(name);
  const latest = request !== undefined && request.range === undefined ? distTags.latest : undefined;
  const good = newestFirst.filter(({ deprecated }) => deprecated === undefined);
  const old = newestFirst.filter(({ deprecated }) => deprecated !== undefined);
  return [
    ...newestFirst.filter(({ version }) => version === locked),
    ...good.filter(({ version }) => version === latest),
    ...good,
    ...old,
  ];
}

import type { ProjectBase } from "./catalogue.js";
import { candidates, newestFirst } from "./select.js";
import { type Bits, isEmpty, isSubset, members } from "./solver/bits.js";
import type { Domain } from "./solver/domain.js";
import type { Fact } from "./solver/incompatibility.js";

/** Versions that a text lists; the rest is counted. */
const SHOWN = 4;

/** What a fact says, as a person would. */
export function factText(fact: Fact, bases: readonly ProjectBase[]): string {
  switch (fact.kind) {
    case "request":
      return `banana.json asks for ${asked(fact)}${passedOver(fact)}`;
    case "conflict":
      return `${named(fact.domain, fact.versions)} can't be beside ${fact.on.name} ${fact.range}`;
    case "role":
      return `${named(fact.domain, fact.versions)} and ${named(fact.on, fact.others)} both have the exclusive role ${fact.role}`;
    case "dependency":
      return `${named(fact.domain, fact.versions)} needs ${fact.on.name} ${fact.range}${remark(fact, bases)}`;
  }
}

/** A name with what is asked of it. */
export function asked({ domain, range }: { domain: Domain; range: string | undefined }): string {
  return range === undefined ? domain.name : `${domain.name} ${range}`;
}

/** Versions that are asked for but fit no base of the project. */
function passedOver({ domain, range }: Fact & { kind: "request" }): string {
  const { entry } = domain;
  if (entry === undefined) return "";
  const peels = { ...entry, versions: entry.versions.filter(({ adapters }) => adapters !== undefined) };
  const known = new Set(domain.choices.map(({ item }) => item.version));
  const others = candidates(peels, range).filter(({ version }) => !known.has(version));
  if (others.length === 0) return "";
  const texts = others.map(({ version }) => version);
  return ` (${listed(texts)} ${others.length === 1 ? "fits" : "fit"} no base of the project)`;
}

/** What makes a dependency harder than its range says. */
function remark(
  { on, range, bases: mask, override }: Fact & { kind: "dependency" },
  bases: readonly ProjectBase[],
) {
  const effective = override ?? range;
  const overridden = override === undefined ? "" : ` (banana.json overrides it with ${override})`;
  if (on.entry === undefined) return `${overridden}, which the registry doesn't have`;
  const published = newestFirst(on.entry);
  if (published.every(({ adapters }) => adapters === undefined)) return `${overridden}, which is no peel`;
  const inRange = on.inRange(effective);
  const wanted = bases
    .filter((_, i) => (mask >>> i) & 1)
    .map(({ family, version }) => `${family} ${version}`);
  if (isEmpty(inRange)) {
    const fits = [...on.choices].sort((a, b) => b.parsed.compare(a.parsed)).map(({ item }) => item.version);
    return fits.length > 0
      ? `${overridden}; it has ${listed(fits)}`
      : `${overridden}, no version of which fits ${wanted.join(" or ")}`;
  }
  if (isSubset(inRange, on.fitting(mask))) return overridden;
  return `${overridden} for ${wanted.join(" and ")}`;
}

/** A name with some of its versions. */
function named(domain: Domain, versions: Bits): string {
  const numbers = members(versions);
  const all = domain.choices.length;
  const texts = numbers
    .map((number) => domain.choices[number - 1]!.parsed)
    .sort((a, b) => a.compare(b))
    .map(({ version }) => version);
  if (numbers.length === all && all > 1) return `${domain.name} (every version)`;
  if (texts.length > 2 && isContiguous(domain, versions))
    return `${domain.name} ${texts[0]} to ${texts.at(-1)}`;
  return `${domain.name} ${listed(texts)}`;
}

function isContiguous(domain: Domain, versions: Bits): boolean {
  const order = domain.choices
    .map(({ parsed }, i) => ({ parsed, number: i + 1 }))
    .sort((a, b) => a.parsed.compare(b.parsed))
    .map(({ number }) => number);
  const places = members(versions).map((number) => order.indexOf(number));
  return Math.max(...places) - Math.min(...places) === places.length - 1;
}

function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, SHOWN).join(", ");
  return texts.length > SHOWN ? `${shown} and ${texts.length - SHOWN} more` : shown;
}

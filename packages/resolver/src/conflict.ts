import { BananaError } from "@banana-peel/format";
import type { ProjectBase } from "./catalogue.js";
import { asked, factText } from "./fact-text.js";
import type { ResolveOptions, Session } from "./session.js";
import { type Bits, intersection, isEmpty, union } from "./solver/bits.js";
import { type Domain, satisfying } from "./solver/domain.js";
import { type Fact, factsOf, type Incompatibility } from "./solver/incompatibility.js";
import { waysOut } from "./ways-out.js";

/** Facts that the message shows; `details` has them all. */
const SHOWN = 12;

/** RESOLUTION_CONFLICT: which requirement of which peel excludes what, and what was tried and would help. */
export async function conflictError(
  conflict: Incompatibility,
  options: ResolveOptions,
  session: Session,
): Promise<BananaError> {
  const facts = inOrder(joined(factsOf(conflict)));
  const lines = facts.map((fact) => factText(fact, options.bases));
  const rest = lines.length > SHOWN ? [`and ${lines.length - SHOWN} more requirements`] : [];
  const end = conclusion(facts);
  const ways = await waysOut(facts, options, session);
  return new BananaError(
    "RESOLUTION_CONFLICT",
    [
      "expected versions of the peels that can be used together, found none:",
      ...[...lines.slice(0, SHOWN), ...rest, end].map((line) => `  ${line}`),
    ].join("\n"),
    {
      where: whereOf(facts),
      hint: hintOf(
        ways.map(({ text }) => text),
        facts,
      ),
      details: {
        facts: facts.map((fact) => plain(fact, options.bases)),
        conclusion: end,
        waysOut: ways.map(({ text, change }) => ({ text, ...change })),
      },
    },
  );
}

/** Facts that differ only in the versions that they are about become one. */
function joined(facts: readonly Fact[]): Fact[] {
  const byKey = new Map<string, Fact>();
  for (const fact of facts) {
    if (fact.kind === "request" || fact.kind === "role") {
      byKey.set(
        `${fact.kind} ${fact.domain.name} ${fact.kind === "role" ? `${fact.on.name} ${fact.role}` : ""}`,
        fact,
      );
      continue;
    }
    const bases = fact.kind === "dependency" ? fact.bases : "";
    const key = `${fact.kind} ${fact.domain.name} ${fact.on.name} ${fact.range} ${bases}`;
    const before = byKey.get(key);
    byKey.set(
      key,
      before === undefined || !("versions" in before)
        ? fact
        : { ...fact, versions: union(before.versions, fact.versions) },
    );
  }
  return [...byKey.values()];
}

/** Requests first, each followed by what it leads to; of equals, by name. */
function inOrder(facts: readonly Fact[]): Fact[] {
  const left = new Set(
    [...facts].sort((a, b) => {
      const [x, y] = [sortKey(a), sortKey(b)];
      return x < y ? -1 : x > y ? 1 : 0;
    }),
  );
  const ordered: Fact[] = [];
  const take = (fact: Fact) => {
    if (!left.delete(fact)) return;
    ordered.push(fact);
    const next = fact.kind === "request" ? fact.domain : fact.kind === "dependency" ? fact.on : undefined;
    for (const other of [...left]) if (other.domain === next) take(other);
  };
  for (const fact of [...left]) if (fact.kind === "request") take(fact);
  for (const fact of [...left]) take(fact);
  return ordered;
}

function sortKey(fact: Fact): string {
  if (fact.kind === "request") return fact.domain.name;
  return `${fact.domain.name} ${fact.kind} ${fact.on.name}`;
}

/** The name on which the requirements meet, when they leave nothing of one. */
function conclusion(facts: readonly Fact[]): string {
  const wants = new Map<Domain, { set: Bits; texts: string[] }>();
  for (const fact of facts) {
    if (fact.kind !== "request" && fact.kind !== "dependency") continue;
    const domain = fact.kind === "request" ? fact.domain : fact.on;
    const range = fact.kind === "request" ? fact.range : (fact.override ?? fact.range);
    const set = fact.kind === "request" ? domain.admitted(range) : satisfying(domain, range!, fact.bases);
    const before = wants.get(domain);
    wants.set(domain, {
      set: before === undefined ? set : intersection(before.set, set),
      texts: [...(before?.texts ?? []), ...(range === undefined ? [] : [range])],
    });
  }
  for (const [domain, { set, texts }] of wants) {
    const ranges = [...new Set(texts)];
    if (isEmpty(set) && ranges.length > 1)
      return `so no version of ${domain.name} is in ${ranges.join(" and in ")}`;
  }
  const excluded = facts.find(({ kind }) => kind === "conflict" || kind === "role");
  if (excluded !== undefined && excluded.kind !== "request")
    return `so ${excluded.domain.name} and ${excluded.on.name} can't be in one project`;
  const dead = facts.find((fact) => fact.kind === "dependency" && fact.on.choices.length === 0);
  if (dead !== undefined && dead.kind === "dependency")
    return `so ${dead.domain.name} can't be had without ${dead.on.name}`;
  const requests = facts.filter(({ kind }) => kind === "request");
  if (requests.length === 1) return `so ${asked(requests[0] as Fact & { kind: "request" })} can't be had`;
  return "so no choice of versions satisfies all of these";
}

function whereOf(facts: readonly Fact[]): string {
  const names = facts.filter(({ kind }) => kind === "request").map(({ domain }) => domain.name);
  return names.length === 1 ? `banana.json:/peels/${names[0]}` : "banana.json:/peels";
}

function hintOf(ways: readonly string[], facts: readonly Fact[]): string {
  const [first, ...others] = ways;
  if (first !== undefined)
    return `${first}.${others.map((way) => ` Or ${way[0]!.toLowerCase()}${way.slice(1)}.`).join("")}`;
  const authors = facts.filter(({ kind }) => kind === "dependency").map(({ domain }) => domain.name);
  return `Ask the author of ${[...new Set(authors)].join(" or ") || "one of the peels"} for a version that fits.`;
}

function plain(fact: Fact, bases: readonly ProjectBase[]): Record<string, unknown> {
  const { kind, domain } = fact;
  const text = factText(fact, bases);
  if (kind === "request") return { kind, name: domain.name, range: fact.range, text };
  if (kind === "role") return { kind, name: domain.name, with: fact.on.name, role: fact.role, text };
  return { kind, name: domain.name, on: fact.on.name, range: fact.range, text };
}

import { BananaError, type PeelRequest, parsePeelRequest } from "@banana-peel/format";
import type { ResolvedPeel } from "@banana-peel/resolver";
import { bringPeels, type ReadyPeel } from "./bring-peels.js";
import { isInstalled } from "./is-installed.js";
import { contextOf, type ProjectOptions, readFingerprint } from "./options.js";
import type { Project } from "./project/read-project.js";
import { withProject } from "./project/with-project.js";
import { putInPlace } from "./put-in-place.js";
import type { Unasked } from "./registry/kept-catalogue.js";
import { type InstalledPeel, reportOf } from "./report.js";
import { isLocked, orderOf, resolveProject } from "./resolve-project.js";

/** What to add to a project. */
export interface AddOptions extends ProjectOptions {
  /** `name`, `name@range`, `@scope/name`, `@scope/name@range`. */
  requests: readonly string[];
  /** Fingerprint of a signer that the user accepts for these peels, though another signed before. */
  accept?: string | undefined;
}

/** A peel that came along. */
export interface OtherPeel extends InstalledPeel {
  /** The version that was locked before; undefined for one that is new to the project. */
  readonly before: string | undefined;
  /** The peels of the project that need it; empty for one that banana.json asks for. */
  readonly neededBy: readonly string[];
  /** The author's words, when the version is deprecated. */
  readonly deprecated: string | undefined;
}

/** What was added. */
export interface AddReport {
  readonly peels: readonly (InstalledPeel & {
    /** What banana.json now asks for. */
    readonly range: string;
    /** The author's words, when the version is deprecated. */
    readonly deprecated: string | undefined;
  })[];
  /** What came along: peels that those need, and others whose version had to change. */
  readonly others: readonly OtherPeel[];
  /** Names that nothing needs any more and that were taken away. */
  readonly removed: readonly string[];
  /** Registries that gave no answer, of other peels of the project, which stay as they are locked. */
  readonly unasked: readonly Unasked[];
  readonly milliseconds: number;
}

/**
 * Adds peels to a project, with what they need: resolves all that the project asks for, keeping what is locked where it
 * can; brings what the store lacks, verifies, checks the signers, links into peels/, and writes banana.json and
 * banana.lock. Killed at any instant, the project is as before or as after. On an error, project and store are as before.
 * @throws BananaError NAME_INVALID, USAGE; of `resolveProject`; of `bringPeels`; of `withProject`
 */
export async function addPeels(options: AddOptions): Promise<AddReport> {
  const started = performance.now();
  const requests = readRequests(options.requests);
  const names = new Set(requests.map(({ name }) => name));
  const accept = options.accept === undefined ? undefined : readFingerprint(options.accept);
  const context = await contextOf(options);
  return withProject(
    options.project,
    context.disk,
    async (project) => {
      const wish = { requests, fresh: names };
      const { peels: resolved, unasked } = await resolveProject(project, context, wish);
      const moved = new Set((await changedPeels(resolved, project, names)).map(({ name }) => name));
      // What was named is brought in any case: the store has it, and its report is what was asked for.
      const changed = resolved.filter(({ name }) => names.has(name) || moved.has(name));
      const ready = await bringPeels(
        changed.map((peel) => orderOf(peel, project)),
        project,
        { ...context, accept, acceptFor: names },
      );
      const removed = unneeded(resolved, project);
      const saved = Object.fromEntries(
        resolved.filter(({ name }) => names.has(name)).map((peel) => [peel.name, savedRange(peel)]),
      );
      await putInPlace(
        project,
        { ready, removed, peels: { ...project.manifest.peels, ...saved } },
        context.disk,
      );
      await context.documents.keep();
      const named = ready.map((peel, i) => ({ peel, resolved: changed[i]! }));
      return {
        peels: named
          .filter(({ peel }) => names.has(peel.order.name))
          .map((item) => ({
            ...reportOf(item.peel),
            range: saved[item.peel.order.name]!,
            deprecated: item.resolved.deprecated,
          })),
        others: named
          .filter(({ peel }) => !names.has(peel.order.name))
          .map((item) => otherPeel(item.peel, item.resolved, resolved, project)),
        removed,
        unasked,
        milliseconds: performance.now() - started,
      };
    },
    { signal: options.signal, mendLock: true },
  );
}

/**
 * The peels of a resolution that have to be brought: those that are locked otherwise; those that are named, and what they
 * need, also when they are locked so but not whole.
 * @param named undefined: all
 */
export async function changedPeels(
  resolved: readonly ResolvedPeel[],
  project: Project,
  named?: ReadonlySet<string> | undefined,
): Promise<ResolvedPeel[]> {
  const concerned = named && withNeeds(named, resolved);
  const changed = await Promise.all(
    resolved.map(async (peel) => {
      if (!isLocked(peel, project)) return true;
      return (concerned?.has(peel.name) ?? true) && !(await isInstalled(project, peel.name));
    }),
  );
  return resolved.filter((_, i) => changed[i]);
}

function withNeeds(names: ReadonlySet<string>, resolved: readonly ResolvedPeel[]): Set<string> {
  const needs = new Map(resolved.map(({ name, dependencies }) => [name, Object.keys(dependencies)]));
  const all = new Set(names);
  for (const name of all) for (const other of needs.get(name) ?? []) all.add(other);
  return all;
}

/** Names that are locked, but not in a resolution; sorted. */
export function unneeded(resolved: readonly ResolvedPeel[], { lock }: Project): string[] {
  const needed = new Set(resolved.map(({ name }) => name));
  return Object.keys(lock.peels)
    .filter((name) => !needed.has(name))
    .sort();
}

/** The report of a peel that nobody named. */
export function otherPeel(
  ready: ReadyPeel,
  { name, requested, deprecated }: ResolvedPeel,
  all: readonly ResolvedPeel[],
  { lock }: Project,
): OtherPeel {
  const needing = all.filter(({ dependencies }) => Object.hasOwn(dependencies, name));
  return {
    ...reportOf(ready),
    before: lock.peels[name]?.version,
    neededBy: requested ? [] : needing.map((peel) => peel.name),
    deprecated,
  };
}

function readRequests(texts: readonly string[]): PeelRequest[] {
  const requests = texts.map((text) => parsePeelRequest(text));
  const names = requests.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined && requests.length > 0) return requests;
  throw new BananaError(
    "USAGE",
    twice ? `expected each name once, found ${twice} twice` : "expected the name of a peel, found none",
    {
      where: twice,
      hint: "For example: banana-peel add medical-imaging@^1.0.0",
    },
  );
}

/** As npm does: what was asked for, or, when nothing was, everything compatible with what was found. */
function savedRange({ range, version }: ResolvedPeel): string {
  return range ?? `^${version}`;
}

import type { Target } from "@banana-peel/format";
import type { SourceModule } from "../importer.js";
import { type Candidates, candidates, type MatchKind } from "./candidates.js";
import { nearestTarget } from "./nearest.js";
import type { Spelling, TargetTable } from "./targets.js";

/** A module, or some rows of it, that changes a target. */
export interface Match {
  readonly target: Target;
  readonly module: SourceModule;
  /** Rows [start, end) of the module's delta. */
  readonly rows: readonly [number, number];
  readonly kind: MatchKind;
}

/** A module of the file without a target. */
export interface Unmatched {
  /** Its name as its file spells it. */
  readonly module: string;
  /** no-target: no name fits. shape: a name fits, the sizes don't. ambiguous: several fit. refused: an adapter can't say it. left-out: by the option `map`. */
  readonly why: "no-target" | "shape" | "ambiguous" | "refused" | "left-out";
  /** The same for people, with both shapes or with what is unsupported. */
  readonly reason: string;
  /** Target with the nearest name; the choices when ambiguous. */
  readonly nearest: readonly string[];
}

/**
 * Matches modules to targets by name and confirms them by shape. A name that fits several targets, and a target that
 * several modules want, are listed as ambiguous and left alone.
 * @param map by module name: the target's path, or null to leave the module out
 */
export function matchModules(
  modules: readonly SourceModule[],
  table: TargetTable,
  map: ReadonlyMap<string, string | null>,
): { matches: Match[]; unmatched: Unmatched[] } {
  const denoiser = modules.some(({ path }) => path.component === "denoiser");
  const matches: Match[] = [];
  const unmatched: Unmatched[] = [];
  const paths = [...table.targets.keys()];
  let searches = 0;
  for (const module of modules) {
    const wanted = map.get(module.name);
    const miss = (why: Unmatched["why"], reason: string, nearest: readonly string[] = []) =>
      unmatched.push({ module: module.name, why, reason, nearest });
    if (wanted === null) {
      miss("left-out", "left out by the map");
      continue;
    }
    const found =
      wanted === undefined ? candidates(module.path, table, denoiser) : mapped(table.targets.get(wanted)!);
    if (found === undefined) {
      miss(
        "no-target",
        "the base has no target of this name",
        nearestTarget(module.path.text, paths, ++searches),
      );
      continue;
    }
    const { kind, spellings } = found;
    const names = spellings.map(({ target }) => target.path);
    if (spellings.length > 1 && !spellings.every(({ part }) => part)) {
      miss("ambiguous", `the name fits ${spellings.length} targets`, names);
      continue;
    }
    const fitting = spellings.flatMap((spelling) => confirm(module, spelling, kind));
    if (fitting.length > 0) matches.push(...fitting);
    if (fitting.length < spellings.length) {
      const { target } = spellings[0]!;
      const { n, k, kernel } = module.delta;
      // A different size behind a mere ending says that another layer is meant.
      miss(
        kind === "ending" ? "no-target" : "shape",
        `expected [${target.n},${target.k}]${withKernel(target.kernel)} as ${target.path} has, found [${n},${k}]${withKernel(kernel === "any" ? undefined : kernel)}`,
        names,
      );
    }
  }
  return settle(matches, unmatched);
}

function mapped(target: Target): Candidates {
  const rows: Spelling["rows"] = (n, total) => (n === total ? [0, total] : undefined);
  return { kind: "map", spellings: [{ target, component: undefined, kind: "path", rows, part: false }] };
}

function confirm(found: SourceModule, { target, rows }: Spelling, kind: MatchKind): Match[] {
  const delta = found.delta.ofWidth?.(target.k) ?? found.delta;
  const range = fits(delta, target) ? rows(target.n, delta.n) : undefined;
  return range === undefined ? [] : [{ target, module: { ...found, delta }, rows: range, kind }];
}

function fits({ k, kernel }: SourceModule["delta"], target: Target): boolean {
  if (k !== target.k) return false;
  if (kernel === "any") return true;
  const own = target.kernel?.some((size) => size !== 1) ? target.kernel : undefined;
  return kernel?.join() === own?.join();
}

function withKernel(kernel: readonly number[] | undefined): string {
  return kernel === undefined ? "" : ` with a kernel of [${kernel.join(",")}]`;
}

/** How sure a kind of match is; a surer one keeps the target. */
const SURE: Readonly<Record<MatchKind, number>> = { map: 3, path: 2, alias: 1, ending: 0 };

/** Gives every target to the one surest module that wants it; equals are ambiguous. */
function settle(
  matches: readonly Match[],
  unmatched: Unmatched[],
): { matches: Match[]; unmatched: Unmatched[] } {
  const byTarget = new Map<string, Match[]>();
  for (const match of matches) {
    const list = byTarget.get(match.target.path) ?? [];
    list.push(match);
    byTarget.set(match.target.path, list);
  }
  const kept: Match[] = [];
  for (const [path, wanting] of byTarget) {
    const most = Math.max(...wanting.map(({ kind }) => SURE[kind]));
    const surest = wanting.filter(({ kind }) => SURE[kind] === most);
    if (surest.length === 1) kept.push(surest[0]!);
    for (const match of wanting) {
      if (surest.length === 1 && match === surest[0]) continue;
      const among = surest.includes(match);
      unmatched.push({
        module: match.module.name,
        why: among ? "ambiguous" : "no-target",
        reason: among
          ? `${surest.length} modules fit the target ${path}`
          : `its name only resembles ${path}, which another module has by its whole name`,
        nearest: [path],
      });
    }
  }
  return { matches: kept, unmatched };
}

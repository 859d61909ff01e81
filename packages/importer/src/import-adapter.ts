import { BananaError, type BaseCard } from "@banana-peel/format";
import { canonical, type ImportedAdapter } from "./canonical.js";
import { type Approximation, convert, type ReadWeight } from "./convert.js";
import type { Factors } from "./delta/delta.js";
import { detectFormat } from "./detect.js";
import type { Importer, RefusedModule } from "./importer.js";
import { IMPORT_LIMITS } from "./limits.js";
import type { MatchKind } from "./match/candidates.js";
import { type Match, matchModules, type Unmatched } from "./match/match.js";
import { targetTable } from "./match/targets.js";
import { type LoraSource, readFiles } from "./read-files.js";
import { refuse, usage } from "./refuse.js";

/** What a person decides about an import; everything has a default. */
export interface ImportOptions {
  /** id of the format, when several fit. */
  readonly format?: string;
  /** The weights file, when there are several. */
  readonly file?: string;
  /** Formats of third parties; they are asked together with the built-in ones. */
  readonly importers?: readonly Importer[];
  /** By module name as the file spells it: the target's path, or null to leave the module out. */
  readonly map?: Readonly<Record<string, string | null>>;
  /** true: list what can't be imported instead of refusing the file. The result then does less than the LoRA did. */
  readonly partial?: boolean;
  /** Largest rank of an exact form, 1 to 1024 (default). */
  readonly maxRank?: number;
  /** Approximate what has no exact form of that rank, with this rank. */
  readonly approximate?: { readonly rank: number };
  /** The base's dequantised weights, for DoRA; without them a DoRA is refused. */
  readonly readWeight?: ReadWeight;
}

/** What an import asks for. */
export interface ImportRequest {
  readonly files: LoraSource;
  /** The base card; only its targets are read. */
  readonly base: Pick<BaseCard, "targets">;
  readonly options?: ImportOptions;
}

/** A target that the adapter changes. */
export interface CoveredTarget {
  readonly target: string;
  /** The module that it came from, as its file spells it. */
  readonly module: string;
  readonly rank: number;
  readonly match: MatchKind;
}

/** A canonical adapter and how much of the file and of the base it covers. */
export interface ImportResult {
  /** id of the format. */
  readonly format: string;
  readonly adapter: ImportedAdapter;
  readonly coverage: {
    readonly covered: readonly CoveredTarget[];
    /** Targets of the base that the LoRA doesn't change. */
    readonly uncovered: readonly string[];
    /** Modules of the file without a target. */
    readonly unmatched: readonly Unmatched[];
  };
  /** What a person should know, one sentence each. */
  readonly notes: readonly string[];
  /**
   * true: the updates were computed from the base's own weights (DoRA), and are wrong for any others: pin the base's
   * digest.
   */
  readonly boundToWeights: boolean;
  /** By target, what was approximated; empty when everything is exact. */
  readonly approximation: readonly Approximation[];
}

/**
 * Turns a LoRA file of PEFT, diffusers, kohya or LyCORIS into the canonical adapter for a base. Exact to float32
 * wherever an exact low-rank form exists; anything else is refused, or approximated when asked.
 * @throws BananaError IMPORT_UNKNOWN_FORMAT, IMPORT_INVALID, IMPORT_UNSUPPORTED, IMPORT_SHAPE_MISMATCH,
 * IMPORT_NO_TARGET, IMPORT_AMBIGUOUS, IMPORT_APPROXIMATION_NEEDED, SAFETENSORS_INVALID, JSON_INVALID, FILE_TOO_LARGE,
 * USAGE
 */
export async function importAdapter({ files, base, options = {} }: ImportRequest): Promise<ImportResult> {
  const { partial = false, maxRank = IMPORT_LIMITS.rank, approximate, readWeight } = options;
  checkRank("maxRank", maxRank);
  if (approximate !== undefined) checkRank("approximate.rank", approximate.rank);
  const opened = await readFiles(files, options.file);
  const importer = detectFormat(opened, options.importers ?? [], options.format);
  const { modules, refused, notes } = importer.read(opened);
  const table = targetTable(base.targets);
  const map = new Map(Object.entries(options.map ?? {}));
  checkMap(map, new Set([...modules, ...refused].map(({ name }) => name)), new Set(table.targets.keys()));
  const found = matchModules(modules, table, map);
  const unmatched = [...found.unmatched, ...refused.map((module) => unmatchedRefusal(module, map))];
  refuse({ matches: found.matches, unmatched, refused, label: opened.label, partial });

  const updates = new Map<string, Factors>();
  const covered: CoveredTarget[] = [];
  const approximation: Approximation[] = [];
  for (const match of byTarget(found.matches)) {
    const { target, module, kind } = match;
    const made = await convert(match, { maxRank, approximate, readWeight });
    updates.set(target.path, made.factors);
    if (made.approximation !== undefined) approximation.push(made.approximation);
    covered.push({ target: target.path, module: module.name, rank: made.factors.rank, match: kind });
  }
  return {
    format: importer.id,
    adapter: canonical(updates, new Map(base.targets.map(({ path, kernel }) => [path, kernel]))),
    coverage: {
      covered,
      uncovered: base.targets.map(({ path }) => path).filter((path) => !updates.has(path)),
      unmatched,
    },
    notes: [...notes, ...largeNote(found.matches, updates), ...doraNote(found.matches)],
    boundToWeights: found.matches.some(({ module }) => module.magnitude !== undefined),
    approximation,
  };
}

function byTarget(matches: readonly Match[]): Match[] {
  return [...matches].sort(({ target: a }, { target: b }) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : 0,
  );
}

function unmatchedRefusal(
  { name, feature, reason }: RefusedModule,
  map: ReadonlyMap<string, string | null>,
): Unmatched {
  return map.get(name) === null
    ? { module: name, why: "left-out", reason: "left out by the map", nearest: [] }
    : { module: name, why: "refused", reason: `${feature}: ${reason}`, nearest: [] };
}

function checkRank(name: string, rank: number): void {
  if (!Number.isInteger(rank) || rank < 1 || rank > IMPORT_LIMITS.rank)
    throw usage(`expected ${name} from 1 to ${IMPORT_LIMITS.rank}, found ${rank}`, "Give a rank, as in 32.");
}

function checkMap(
  map: ReadonlyMap<string, string | null>,
  modules: ReadonlySet<string>,
  targets: ReadonlySet<string>,
) {
  for (const [module, target] of map) {
    if (!modules.has(module))
      throw usage(
        `expected modules of the LoRA in the map, found ${module}`,
        "Use the names as the file spells them.",
      );
    if (target !== null && !targets.has(target))
      throw new BananaError(
        "IMPORT_NO_TARGET",
        `expected a target of the base for ${module} in the map, found ${target}`,
        {
          where: module,
          hint: "Use the paths that the base card lists.",
        },
      );
  }
}

/** Tells of factors that are larger than the layers that they change. */
function largeNote(matches: readonly Match[], updates: ReadonlyMap<string, Factors>): string[] {
  const large = matches.filter(
    ({ target: { path, n, k } }) => (updates.get(path)?.rank ?? 0) * (n + k) > n * k,
  );
  return large.length === 0
    ? []
    : [
        `${large.length} of ${matches.length} targets have factors larger than the layer itself; a lower maxRank with an approximation makes them smaller.`,
      ];
}

/** Tells that DoRA's updates hold for these very weights. */
function doraNote(matches: readonly Match[]): string[] {
  const count = matches.filter(({ module }) => module.magnitude !== undefined).length;
  return count === 0
    ? []
    : [
        `${count} of ${matches.length} targets are DoRA: their updates were computed from this base's weights and hold for no others.`,
      ];
}

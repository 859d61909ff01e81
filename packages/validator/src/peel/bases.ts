import {
  type AdapterEntry,
  type BaseCard,
  baseDigest,
  fitsTarget,
  showUpdateShape,
} from "@banana-peel/format";
import { satisfies } from "semver";
import { MAX_PROBLEMS, type Problem, problem } from "../problem.js";
import { nearest } from "../schema/nearest.js";
import type { AdapterUnderTest } from "./adapters.js";

/** Unknown targets that get a guess of what was meant, and the targets that are compared, to bound the work. */
const GUESSES = 20;
const CANDIDATES = 20_000;

/**
 * peel/base-unknown, and for every base card that the adapter declares to fit: peel/target-unknown, peel/base-shape,
 * peel/trigger-embedding-width. Specification: docs/specification/peel.md, Bases.
 * @param bases undefined: the adapter is not to be checked against bases
 */
export async function checkAgainstBases(
  adapter: AdapterUnderTest,
  bases: readonly BaseCard[] | undefined,
): Promise<Problem[]> {
  if (bases === undefined) return [];
  const fitting: BaseCard[] = [];
  for (const card of bases) if (await fits(adapter.entry, card)) fitting.push(card);
  if (fitting.length === 0) return [baseUnknown(adapter, bases)];
  return fitting.flatMap((card) => [...checkTargets(adapter, card), ...checkWidths(adapter, card)]);
}

async function fits({ base }: AdapterEntry, card: BaseCard): Promise<boolean> {
  if (card.family !== base.family || !satisfies(card.version, base.range)) return false;
  return base.digest === undefined || base.digest === (await baseDigest(card));
}

function baseUnknown({ entry: { base }, where }: AdapterUnderTest, bases: readonly BaseCard[]): Problem {
  const known = bases.slice(0, 10).map(({ family, version }) => `${family} ${version}`);
  return problem("peel/base-unknown", {
    message: `expected a card for ${base.family} ${base.range}${base.digest === undefined ? "" : ` with ${base.digest}`}, found ${known.join(", ") || "none"}`,
    where: `${where}/base`,
    hint: "Name the base's folder or card: banana-peel validate --base <folder>; to publish, banana-peel base add <folder> in the project that you publish from. Else correct family, range and digest.",
  });
}

function checkTargets({ file, inspected }: AdapterUnderTest, card: BaseCard): Problem[] {
  const base = `${card.family} ${card.version}`;
  const known = new Map(card.targets.map((target) => [target.path, target]));
  const candidates = [...known.keys()].slice(0, CANDIDATES);
  const problems: Problem[] = [];
  for (const [path, update] of inspected.targets) {
    if (problems.length >= MAX_PROBLEMS) break;
    const target = known.get(path);
    const where = `${file}:${path}`;
    if (target === undefined) {
      const meant = problems.length < GUESSES ? nearest(path, candidates) : undefined;
      problems.push(
        problem("peel/target-unknown", {
          message: `expected a target of ${base}, found ${path}`,
          where,
          hint: meant === undefined ? "Is the adapter for another base?" : `The nearest target is ${meant}.`,
        }),
      );
    } else if (!fitsTarget(update, target))
      problems.push(
        problem("peel/base-shape", {
          message: `expected ${showUpdateShape({ ...target, rank: update.rank })} for ${base}, found ${showUpdateShape(update)}`,
          where,
          hint: "The adapter was trained for another size or version of this family; correct base.range.",
        }),
      );
  }
  return problems;
}

function checkWidths({ file, inspected }: AdapterUnderTest, card: BaseCard): Problem[] {
  const space = card.image?.conditioning;
  const base = `${card.family} ${card.version}`;
  const problems: Problem[] = [];
  for (const [word, { rows, width }] of inspected.embeddings) {
    const where = `${file}:trigger.${word}.embedding`;
    if (space === undefined)
      problems.push(
        problem("peel/trigger-embedding-width", {
          message: `expected no embedding for ${base}, which doesn't draw from tags, found [${rows},${width}]`,
          where,
          hint: 'Leave the tensor away, and "embedding" in the trigger.',
        }),
      );
    else if (width !== space.width || rows > space.rows)
      problems.push(
        problem("peel/trigger-embedding-width", {
          message: `expected [rows,${space.width}] with at most ${space.rows} rows for ${base}, found [${rows},${width}]`,
          where,
          hint: "Train the embedding in the base's own conditioning space.",
        }),
      );
  }
  return problems;
}

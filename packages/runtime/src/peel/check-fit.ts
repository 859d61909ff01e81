import {
  type Adapter,
  BananaError,
  type BaseCard,
  fitsTarget,
  type LowRank,
  showUpdateShape,
  type Target,
} from "@banana-peel/format";
import { distance } from "fastest-levenshtein";

/**
 * Checks an adapter against a base: every target is there and has its shape, trigger embeddings fit the
 * conditioning, and something changes. Specification: docs/specification/peel.md, Bases.
 * @param label the peel, for messages
 * @throws BananaError TARGET_UNKNOWN, SHAPE_MISMATCH, PEEL_NO_EFFECT
 */
export function checkFit(
  adapter: Adapter,
  { targets, image }: Pick<BaseCard, "targets" | "image">,
  label: string,
): void {
  const byPath = new Map(targets.map((target) => [target.path, target]));
  for (const lowRank of adapter.targets.values()) {
    const target = byPath.get(lowRank.path);
    if (target === undefined) throw unknown(lowRank.path, targets, label);
    if (!fitsTarget(lowRank, target)) throw mismatch(lowRank, target);
  }
  for (const [word, { rows, width }] of adapter.embeddings) {
    const room = image?.conditioning;
    if (room === undefined || width !== room.width || rows > room.rows)
      throw new BananaError(
        "SHAPE_MISMATCH",
        `expected ${room === undefined ? "no trigger embedding" : `at most [${room.rows},${room.width}]`} for trigger.${word}.embedding, found [${rows},${width}]`,
        { where: `${label}: ${word}`, hint: "Use a peel made for this size and version of the base." },
      );
  }
  if (adapter.embeddings.size === 0 && [...adapter.targets.values()].every(isZero))
    throw new BananaError("PEEL_NO_EFFECT", "expected an update of some weight, found only zeros", {
      where: label,
      hint: "The adapter was saved before training (lora_B starts as zeros), or was emptied: save it again.",
    });
}

/** True when B A is zero because in every rank component A's row or B's column is. */
function isZero({ rank, k, n, a, b }: LowRank): boolean {
  for (let r = 0; r < rank; r++) {
    let rowIsZero = true;
    for (let i = 0; i < k && rowIsZero; i++) rowIsZero = a[r * k + i] === 0;
    if (rowIsZero) continue;
    for (let i = 0; i < n; i++) if (b[i * rank + r] !== 0) return false;
  }
  return true;
}

function mismatch(lowRank: LowRank, target: Target): BananaError {
  const { path, rank } = lowRank;
  return new BananaError(
    "SHAPE_MISMATCH",
    `expected ${showUpdateShape({ ...target, rank })} for ${path}, found ${showUpdateShape(lowRank)}`,
    { where: path, hint: "Use a peel made for this size and version of the base." },
  );
}

/** Letters of names that are compared when the nearest is looked for. */
const COMPARED = 200;
/** Targets that are compared; a card has at most 100,000. */
const CANDIDATES = 20_000;

function unknown(path: string, targets: readonly Target[], label: string): BananaError {
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const target of targets.slice(0, CANDIDATES)) {
    const edits = distance(path.slice(0, COMPARED), target.path.slice(0, COMPARED));
    if (edits < least) [nearest, least] = [target.path, edits];
  }
  return new BananaError(
    "TARGET_UNKNOWN",
    `expected only targets of the base, found ${path}${nearest === undefined ? "" : `; the nearest is ${nearest}`}`,
    {
      where: `${label}: ${path}`,
      hint: "Use a peel for this version of the base, or import it to canonical names.",
    },
  );
}

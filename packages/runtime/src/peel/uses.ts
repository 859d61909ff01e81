import { BananaError } from "@banana-peel/format";
import type { LoadedPeel, PeelChoice, PeelUse } from "./types.js";

/**
 * Copies of what a caller chose, so that later changes of its objects change nothing; a peel alone is at weight 1.
 * @throws BananaError INPUT_INVALID for what openPeel didn't make
 */
export function usesOf(choices: readonly PeelChoice[]): PeelUse[] {
  if (!Array.isArray(choices)) throw invalid("a list of peels", choices);
  return choices.map((choice: unknown) => {
    if (isLoaded(choice)) return { peel: choice, weight: 1 };
    const { peel, weight, perTarget } = (choice ?? {}) as Partial<PeelUse>;
    if (!isLoaded(peel)) throw invalid("a peel from openPeel", peel ?? choice);
    if (perTarget !== undefined && (typeof perTarget !== "object" || perTarget === null))
      throw invalid("weights by target path", perTarget);
    return { peel, weight: weight as number, ...(perTarget && { perTarget: { ...perTarget } }) };
  });
}

function isLoaded(value: unknown): value is LoadedPeel {
  const { manifest, entry, adapter } = (value ?? {}) as Partial<LoadedPeel>;
  return manifest !== undefined && entry !== undefined && adapter?.targets instanceof Map;
}

function invalid(expected: string, found: unknown): BananaError {
  return new BananaError("INPUT_INVALID", `expected ${expected}, found ${describe(found)}`, {
    where: "peels",
    hint: "Open peels with openPeel(peel, base); give them as [peel] or [{ peel, weight }].",
  });
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "something else" : String(value);
}

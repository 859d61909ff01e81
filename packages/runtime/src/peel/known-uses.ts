import { Recall } from "../session/recall.js";
import type { PeelChoice, PeelUse } from "./types.js";
import { usesOf } from "./uses.js";

/**
 * The lists of uses that a base was asked for lately: the same peels with the same weights give the very same list, so
 * that what is worked out of one is remembered by it.
 */
export class KnownUses {
  readonly #recall = new Recall();
  readonly #check: (uses: readonly PeelUse[]) => void;

  /** @param check throws when peels may not be used together; asked once a list */
  constructor(check: (uses: readonly PeelUse[]) => void) {
    this.#check = check;
  }

  /** @throws BananaError INPUT_INVALID, and what `check` throws */
  get(choices: readonly PeelChoice[]): readonly PeelUse[] {
    const uses = usesOf(choices);
    const key = uses.flatMap(({ peel, weight, perTarget }) => [peel, weight, weightsKey(perTarget)]);
    return this.#recall.get(uses[0]?.peel ?? this, key, () => {
      this.#check(uses);
      return uses;
    });
  }
}

function weightsKey(perTarget: PeelUse["perTarget"]): string | undefined {
  if (perTarget === undefined) return undefined;
  return JSON.stringify(Object.entries(perTarget).sort(([a], [b]) => (a < b ? -1 : 1)));
}

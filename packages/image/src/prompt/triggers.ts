import { BananaError } from "@banana-peel/format";
import type { PeelUse } from "@banana-peel/runtime";

/** What a trigger word puts into the context. */
export interface TriggerRows {
  /** Name of the peel that it calls on. */
  readonly peel: string;
  /** Share of the embedding in each row, in (0, 1]; the rest is the null row. */
  readonly share: number;
  readonly rows: number;
  /** [rows, width], row-major. */
  readonly data: Float32Array;
}

/** The trigger words of the peels in force. */
export interface Triggers {
  /** By word; several peels may share one, and then each adds its rows, in the order of the peels. */
  readonly active: ReadonlyMap<string, readonly TriggerRows[]>;
  /** Words whose peel is applied so weakly that they count as unknown, with the peel's name. */
  readonly dormant: ReadonlyMap<string, string>;
}

/**
 * Collects the trigger words that carry an embedding. A peel of weight w gives its words the share min(w, 1): the
 * row is null + share * (embedding - null), so that a word fades in with its peel, is as trained from weight 1 on
 * (the low-rank branches alone go beyond), and at weight 0 or below is not there at all.
 * @param width of a context row
 * @throws BananaError SHAPE_MISMATCH (an embedding of another width than the base's rows)
 */
export function collectTriggers(uses: readonly PeelUse[], width: number): Triggers {
  const active = new Map<string, TriggerRows[]>();
  const dormant = new Map<string, string>();
  for (const { peel, weight } of uses) {
    for (const [word, { rows, width: found, data }] of peel.adapter.embeddings) {
      if (found !== width)
        throw new BananaError("SHAPE_MISMATCH", `expected rows of ${width} numbers, found ${found}`, {
          where: `${peel.manifest.name}: trigger.${word}.embedding`,
          hint: "Train the trigger word again on this base, or use the base that the peel was made for.",
        });
      if (weight <= 0) dormant.set(word, peel.manifest.name);
      else {
        const entry = { peel: peel.manifest.name, share: Math.min(weight, 1), rows, data };
        active.set(word, [...(active.get(word) ?? []), entry]);
      }
    }
  }
  for (const word of active.keys()) dormant.delete(word);
  return { active, dormant };
}

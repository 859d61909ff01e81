import { BananaError } from "@banana-peel/format";
import { IMAGE_LIMITS } from "../limits.js";
import type { Vocabulary } from "../vocabulary.js";
import { completePrompt } from "./complete.js";
import { baseRow, fillRows, nullRow, shareOfRow, tagRows } from "./rows.js";
import type { Triggers } from "./triggers.js";
import { type PromptWarning, repeatedTag, unknownWords } from "./warnings.js";
import { readPrompt } from "./words.js";

/** A prompt as the backbone takes it. */
export interface Context {
  /** [rows, width], row-major: the tags' rows in the order of the prompt, then null rows. */
  readonly data: Float32Array;
  /** The tags that are in it, in order: the prompt's, then those that complete it. */
  readonly tags: readonly string[];
  /** Those of `tags` that the prompt doesn't name. */
  readonly completed: readonly string[];
  readonly warnings: readonly PromptWarning[];
}

/**
 * Turns a prompt into context rows. Trigger words of the peels in force come before tags of the base of the same
 * name. Unknown words take no row. What the prompt leaves open is completed, where a seed is given; the rows of a
 * completion give way to the prompt's trigger words as these fade in.
 * @param rows number of context rows of the base
 * @param completeBy the seed that chooses the completion; undefined for none
 * @throws BananaError PROMPT_INVALID (longer than IMAGE_LIMITS.promptLength, or more rows than the base has)
 */
export function promptContext(
  prompt: string,
  vocabulary: Vocabulary,
  triggers: Triggers,
  rows: number,
  completeBy?: number,
): Context {
  if (prompt.length > IMAGE_LIMITS.promptLength)
    throw new BananaError(
      "PROMPT_INVALID",
      `expected a prompt of at most ${IMAGE_LIMITS.promptLength} characters, found ${prompt.length}`,
      { where: "prompt", hint: "Name the tags only." },
    );
  const known = [...triggers.active.keys(), ...vocabulary.rows.keys()];
  const isKnown = (tag: string) => triggers.active.has(tag) || vocabulary.rows.has(tag);
  const mostWords = known.reduce((most, tag) => Math.max(most, tag.split("-").length), 0);
  const tags: string[] = [];
  const warnings: PromptWarning[] = [];
  for (const piece of readPrompt(prompt, { has: isKnown, mostWords })) {
    if (!piece.known) warnings.push(...unknownWords(piece.words, known, triggers.dormant));
    else if (tags.includes(piece.tag)) warnings.push(repeatedTag(piece.tag));
    else tags.push(piece.tag);
  }
  const own = tags.flatMap((tag) => tagRows(tag, vocabulary, triggers));
  requireRoom(own.length, rows, tags);
  const share = 1 - strongest(tags, triggers);
  const { completions } = vocabulary;
  const completed =
    completeBy === undefined || completions === undefined || share === 0
      ? []
      : completePrompt(
          tags.filter((tag) => !triggers.active.has(tag)),
          completions,
          completeBy,
          rows - own.length,
        );
  const added = completed.map((tag) => shareOfRow(baseRow(tag, vocabulary), share, nullRow(vocabulary)));
  return {
    data: fillRows([...own, ...added], nullRow(vocabulary), rows),
    tags: [...tags, ...completed],
    completed,
    warnings,
  };
}

function requireRoom(found: number, rows: number, tags: readonly string[]): void {
  if (found > rows)
    throw new BananaError(
      "PROMPT_INVALID",
      `expected at most ${rows} tags, found ${found}: ${tags.join(", ")}`,
      { where: "prompt", hint: `Leave out ${found - rows}.`, details: { rows, found } },
    );
}

/** The largest share of a trigger word among the tags, in [0, 1]. */
function strongest(tags: readonly string[], { active }: Triggers): number {
  return Math.max(0, ...tags.flatMap((tag) => active.get(tag) ?? []).map(({ share }) => share));
}

import { BananaError } from "@banana-peel/format";
import { IMAGE_LIMITS } from "../limits.js";
import type { Vocabulary } from "../vocabulary.js";
import type { TriggerRows, Triggers } from "./triggers.js";
import { type PromptWarning, repeatedTag, unknownWords } from "./warnings.js";
import { readPrompt } from "./words.js";

/** A prompt as the backbone takes it. */
export interface Context {
  /** [rows, width], row-major: the tags' rows in the order of the prompt, then null rows. */
  readonly data: Float32Array;
  /** The tags that are in it, in order. */
  readonly tags: readonly string[];
  readonly warnings: readonly PromptWarning[];
}

/**
 * Turns a prompt into context rows. Trigger words of the peels in force come before tags of the base of the same
 * name. Unknown words take no row.
 * @param rows number of context rows of the base
 * @throws BananaError PROMPT_INVALID (longer than IMAGE_LIMITS.promptLength, or more rows than the base has)
 */
export function promptContext(
  prompt: string,
  vocabulary: Vocabulary,
  triggers: Triggers,
  rows: number,
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
  return { data: fillRows(tags, vocabulary, triggers, rows), tags, warnings };
}

function fillRows(
  tags: readonly string[],
  vocabulary: Vocabulary,
  triggers: Triggers,
  rows: number,
): Float32Array {
  const { width, embedding } = vocabulary;
  const nullRow = embedding.subarray(0, width);
  const filled = tags.flatMap((tag) => tagRows(tag, vocabulary, triggers, nullRow));
  if (filled.length > rows)
    throw new BananaError(
      "PROMPT_INVALID",
      `expected at most ${rows} tags, found ${filled.length}: ${tags.join(", ")}`,
      {
        where: "prompt",
        hint: `Leave out ${filled.length - rows}.`,
        details: { rows, found: filled.length },
      },
    );
  const data = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) data.set(filled[row] ?? nullRow, row * width);
  return data;
}

function tagRows(
  tag: string,
  vocabulary: Vocabulary,
  triggers: Triggers,
  nullRow: Float32Array,
): Float32Array[] {
  const { width, embedding } = vocabulary;
  const fromPeels = triggers.active.get(tag);
  if (fromPeels !== undefined) return fromPeels.flatMap((trigger) => triggerRows(trigger, nullRow));
  const row = vocabulary.rows.get(tag)!;
  return [embedding.subarray(row * width, (row + 1) * width)];
}

function triggerRows({ rows, data, share }: TriggerRows, nullRow: Float32Array): Float32Array[] {
  const width = nullRow.length;
  return Array.from({ length: rows }, (_, row) => {
    const full = data.subarray(row * width, (row + 1) * width);
    return share === 1 ? full : full.map((value, i) => nullRow[i]! + share * (value - nullRow[i]!));
  });
}

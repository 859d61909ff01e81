import { nearestTag } from "./nearest.js";

/** Something in a prompt that was not drawn as written. The picture is drawn all the same. */
export interface PromptWarning {
  readonly code: "TAG_UNKNOWN" | "TRIGGER_OFF" | "TAG_REPEATED";
  /** The word, in the form of a tag. */
  readonly tag: string;
  /** The known tag or trigger word most like it, for TAG_UNKNOWN. */
  readonly nearest?: string;
  /** One sentence for people. */
  readonly message: string;
}

/** Words that stand together are taken for one misspelt tag when it is within this share of its length. */
const JOINED_EDITS = 0.25;

/**
 * Warnings for words between two known tags.
 * @param tags every tag and trigger word that a prompt may name now
 * @param dormant trigger words that are off, with their peel's name
 */
export function unknownWords(
  words: readonly string[],
  tags: readonly string[],
  dormant: ReadonlyMap<string, string>,
): PromptWarning[] {
  const joined = words.join("-");
  if (words.length > 1) {
    const nearest = nearestTag(joined, tags);
    const close = nearest !== undefined && nearest.edits <= joined.length * JOINED_EDITS;
    if (close || dormant.has(joined)) return [warning(joined, tags, dormant)];
  }
  return words.map((word) => warning(word, tags, dormant));
}

/** The warning for a tag that is there a second time. */
export function repeatedTag(tag: string): PromptWarning {
  return { code: "TAG_REPEATED", tag, message: `${tag} is in the prompt more than once; it counts once.` };
}

function warning(tag: string, tags: readonly string[], dormant: ReadonlyMap<string, string>): PromptWarning {
  const peel = dormant.get(tag);
  if (peel !== undefined)
    return {
      code: "TRIGGER_OFF",
      tag,
      message: `${tag} is a trigger word of ${peel}, whose weight is not above 0, so it draws nothing.`,
    };
  const nearest = nearestTag(tag, tags)?.tag;
  const message = `the base knows no tag ${JSON.stringify(tag)}`;
  if (nearest === undefined) return { code: "TAG_UNKNOWN", tag, message: `${message}.` };
  return { code: "TAG_UNKNOWN", tag, nearest, message: `${message}; the nearest is ${nearest}.` };
}

import { distance } from "fastest-levenshtein";

/** Likenesses that spelling doesn't show, in edits. */
const SAME_WORDS_OTHER_ORDER = 0.5;
const PART_OF_TAG = 0.75;

/** A tag and how far a word is from it: 0 is the same, 1 is one edit. */
export interface Nearest {
  readonly tag: string;
  readonly edits: number;
}

/**
 * The tag most like a word: by its parts in another order ("hair-red"), as one of its parts ("hat" of "big-hat"), or
 * by edit distance (Levenshtein). The first of equals wins.
 * @returns undefined when there are no tags
 */
export function nearestTag(word: string, tags: Iterable<string>): Nearest | undefined {
  let best: Nearest | undefined;
  for (const tag of tags) {
    const edits = likeness(word, tag);
    if (best === undefined || edits < best.edits) best = { tag, edits };
  }
  return best;
}

function likeness(word: string, tag: string): number {
  const edits = distance(word, tag);
  if (edits === 0) return 0;
  if (sorted(word) === sorted(tag)) return SAME_WORDS_OTHER_ORDER;
  if (tag.split("-").includes(word)) return PART_OF_TAG;
  return edits;
}

function sorted(tag: string): string {
  return tag.split("-").sort().join("-");
}

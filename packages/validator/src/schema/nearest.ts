import { distance } from "fastest-levenshtein";

/**
 * The candidate that was probably meant: the one with the fewest edits, at most a third of the word's letters.
 * Upper and lower case count as equal.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const short = word.slice(0, 100).toLowerCase();
  let best: string | undefined;
  let fewest = Math.max(2, Math.ceil(short.length / 3)) + 1;
  for (const candidate of candidates) {
    const edits = distance(short, candidate.toLowerCase());
    if (edits < fewest) {
      best = candidate;
      fewest = edits;
    }
  }
  return best;
}

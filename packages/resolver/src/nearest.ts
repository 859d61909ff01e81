import { distance } from "fastest-levenshtein";

/**
 * The candidates nearest to a word by Levenshtein's distance, nearest first, then by code unit; none that differs
 * in more than a third of the letters (at least two).
 */
export function nearest(word: string, candidates: Iterable<string>, most = 3): string[] {
  const limit = Math.max(2, Math.floor(word.length / 3));
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, away: distance(word, candidate) }))
    .filter(({ candidate, away }) => away <= limit || candidate.split(/[/-]/).includes(word))
    .sort((a, b) => a.away - b.away || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

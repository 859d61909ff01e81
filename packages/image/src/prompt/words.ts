/** The tags that a prompt can name. */
export interface KnownTags {
  has(tag: string): boolean;
  /** Words in the longest of them: red-hair has 2. Bounds how far a run of words is tried. */
  readonly mostWords: number;
}

/** A piece of a prompt: a tag that is known, or the words between two of them. */
export type PromptPiece =
  | { readonly known: true; readonly tag: string }
  | { readonly known: false; readonly words: readonly string[] };

/**
 * A prompt in phrases of words: commas end a phrase, spaces and underscores end a word. Lower case, Unicode NFKC, so
 * that a full-width comma is a comma. Words keep their own hyphens.
 */
export function promptPhrases(prompt: string): string[][] {
  return prompt
    .normalize("NFKC")
    .toLowerCase()
    .split(",")
    .map((phrase) => phrase.split(/[\s_]+/).filter((word) => word !== ""))
    .filter((words) => words.length > 0);
}

/**
 * Finds the tags of a prompt, in its order. Inside a phrase the longest run of words that makes a known tag wins, so
 * "red hair" is red-hair; the words left over between two tags stay together.
 */
export function readPrompt(prompt: string, known: KnownTags): PromptPiece[] {
  return promptPhrases(prompt).flatMap((words) => readPhrase(words, known));
}

function readPhrase(words: readonly string[], known: KnownTags): PromptPiece[] {
  const pieces: PromptPiece[] = [];
  let unknown: string[] = [];
  const flush = () => {
    if (unknown.length > 0) pieces.push({ known: false, words: unknown });
    unknown = [];
  };
  let start = 0;
  while (start < words.length) {
    const run = longestRun(words, start, known);
    if (run === 0) unknown.push(words[start++]!);
    else {
      flush();
      pieces.push({ known: true, tag: words.slice(start, start + run).join("-") });
      start += run;
    }
  }
  flush();
  return pieces;
}

/** Number of words from `start` that make the longest known tag; 0 when none does. */
function longestRun(words: readonly string[], start: number, known: KnownTags): number {
  for (let run = Math.min(known.mostWords, words.length - start); run > 0; run--)
    if (known.has(words.slice(start, start + run).join("-"))) return run;
  return 0;
}

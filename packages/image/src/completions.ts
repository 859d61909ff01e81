import { BananaError } from "@banana-peel/format";

/** What a base completes short prompts with. */
export interface Completions {
  /** The group of a tag; tags outside of every group have none. */
  readonly groupOf: ReadonlyMap<string, string>;
  /** Name of the first group: completions that share the prompt's tag of it come first. */
  readonly leading: string;
  /** Prompts that the base draws well, each an array of tags. */
  readonly prompts: readonly (readonly string[])[];
}

/**
 * Reads `groups` and `completions` of a vocabulary file. Specification: docs/specification/base.md, Completion.
 * @param tags the vocabulary's tags
 * @returns undefined when the file has no completions
 * @throws BananaError BASE_INVALID
 */
export function readCompletions(
  file: { readonly groups?: unknown; readonly completions?: unknown },
  tags: readonly string[],
  where: string,
): Completions | undefined {
  const { groups, completions } = file;
  if (completions === undefined) return undefined;
  const groupOf = readGroups(groups, new Set(tags), where);
  const leading = groupOf.values().next().value;
  if (leading === undefined)
    throw invalid(`${where}:/groups`, "expected at least one group with a tag, found none");
  if (!Array.isArray(completions) || completions.length === 0)
    throw invalid(`${where}:/completions`, "expected an array with at least one prompt");
  const prompts = completions.map((prompt: unknown, i) => {
    const words = typeof prompt === "string" ? prompt.split(" ") : [];
    const stray = words.find((word) => !groupOf.has(word));
    if (words.length === 0 || stray !== undefined)
      throw invalid(
        `${where}:/completions/${i}`,
        `expected tags of the groups, separated by single spaces, found ${JSON.stringify(stray ?? prompt)}`,
      );
    return words;
  });
  return { groupOf, leading, prompts };
}

function readGroups(groups: unknown, tags: ReadonlySet<string>, where: string): Map<string, string> {
  const groupOf = new Map<string, string>();
  if (typeof groups !== "object" || groups === null || Array.isArray(groups))
    throw invalid(`${where}:/groups`, "expected an object of arrays of tags");
  for (const [name, words] of Object.entries(groups)) {
    if (!Array.isArray(words))
      throw invalid(`${where}:/groups/${name}`, `expected an array, found ${typeof words}`);
    for (const [i, word] of words.entries()) {
      const at = `${where}:/groups/${name}/${i}`;
      if (!tags.has(word))
        throw invalid(at, `expected a tag of the vocabulary, found ${JSON.stringify(word)}`);
      if (groupOf.has(word)) throw invalid(at, `expected each tag in one group, found ${word} again`);
      groupOf.set(word, name);
    }
  }
  return groupOf;
}

function invalid(where: string, message: string): BananaError {
  return new BananaError("BASE_INVALID", message, {
    where,
    hint: "Fetch the base again, or export it again.",
  });
}

import type { Completions } from "../completions.js";
import { philox4x32 } from "../noise/philox.js";

/**
 * The tags that a short prompt is completed with, chosen by the seed: of the completions most like the prompt, one is
 * drawn, and gives its tags of the groups that the prompt leaves open. A prompt with a tag outside of every group is left
 * as it is. Specification: docs/specification/base.md, Completion.
 * @param tags the prompt's tags, each once
 * @param seed unsigned 32-bit integer
 * @param room how many tags may be added at most
 */
export function completePrompt(
  tags: readonly string[],
  { groupOf, leading, prompts }: Completions,
  seed: number,
  room: number,
): string[] {
  if (tags.some((tag) => !groupOf.has(tag))) return [];
  const lead = tags.find((tag) => groupOf.get(tag) === leading);
  const led = prompts.filter((prompt) => lead !== undefined && prompt.includes(lead));
  const nearest = mostAlike(tags, led.length > 0 ? led : prompts);
  const chosen = nearest[drawIndex(seed, nearest.length)]!;
  const named = new Set(tags.map((tag) => groupOf.get(tag)));
  return chosen.filter((tag) => !named.has(groupOf.get(tag))).slice(0, Math.max(room, 0));
}

/** The prompts that share the most tags with `tags`, in their order. */
function mostAlike(
  tags: readonly string[],
  prompts: readonly (readonly string[])[],
): readonly (readonly string[])[] {
  const shared = prompts.map((prompt) => tags.filter((tag) => prompt.includes(tag)).length);
  const most = shared.reduce((a, b) => Math.max(a, b), 0);
  return prompts.filter((_, i) => shared[i] === most);
}

/** An index below `count` from a seed: a word of Philox that no noise uses (second counter word 1). */
function drawIndex(seed: number, count: number): number {
  const words = new Uint32Array(4);
  philox4x32([0, 1, 0, 0], [seed, 0], words);
  return Math.floor((words[0]! * count) / 2 ** 32);
}

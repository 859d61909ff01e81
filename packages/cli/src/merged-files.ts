import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BaseModels, PeelUse } from "@banana-peel/runtime";

/** Files of a base that go with it, though its card doesn't list them. */
const BESIDE = ["LICENSE", "NOTICE"];

/** What a merged base needs beside its models. */
export interface MergedFiles {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Trigger words that became tags, for a base that draws. */
  readonly tags: readonly string[];
  /** Trigger words that can't be tags. */
  readonly left: readonly string[];
}

/**
 * The vocabulary of a base that draws with the peels' trigger words in it, the base's licence, and a NOTICE that adds
 * what the peels' authors want told and credited.
 */
export async function mergedFiles(
  folder: string,
  models: BaseModels,
  uses: readonly PeelUse[],
): Promise<MergedFiles> {
  const files = new Map<string, Uint8Array>();
  for (const name of BESIDE) {
    const bytes = await readFile(join(folder, name)).catch(() => undefined);
    if (bytes !== undefined) files.set(name, bytes);
  }
  const notice = [new TextDecoder().decode(files.get("NOTICE")).trimEnd(), ...uses.map(noticeOf)];
  files.set("NOTICE", new TextEncoder().encode(`${notice.filter(Boolean).join("\n\n")}\n`));
  if (models.card.image === undefined) return { files, tags: [], left: [] };
  const { mergedVocabulary } = await import("@banana-peel/image");
  const vocabulary = await mergedVocabulary(models, uses);
  for (const [path, bytes] of vocabulary.files) files.set(path, bytes);
  return { files, tags: vocabulary.tags, left: vocabulary.left };
}

function noticeOf({ peel: { manifest }, weight }: PeelUse): string {
  const { name, version, license, notice, authors = [], credits = [] } = manifest;
  const lines = [
    `Merged in: ${name} ${version} at weight ${weight}, ${license}.`,
    ...(authors.length > 0 ? [`By ${authors.map((author) => author.name).join(", ")}.`] : []),
    ...(notice === undefined ? [] : [notice]),
    ...credits.map(({ title, author, license: own, url, notice: words }) =>
      [`- ${title}`, author, own, url, words].filter(Boolean).join(", "),
    ),
  ];
  return lines.join("\n");
}

import { BananaError, LIMITS, parseJson, writeSafetensors } from "@banana-peel/format";
import type { PeelUse } from "@banana-peel/runtime";
import type { ImageBase } from "./base.js";
import { collectTriggers } from "./prompt/triggers.js";
import { readVocabulary } from "./vocabulary.js";

/** A vocabulary with the trigger words of merged peels in it. */
export interface MergedVocabulary {
  /** The vocabulary and the embeddings, by their path on the card; empty when no word is new. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The words that are tags now, in the order of the peels. */
  readonly tags: readonly string[];
  /** Words that are left out, because they take several rows and a tag has one. */
  readonly left: readonly string[];
}

/**
 * Makes tags of the trigger words of peels that are merged into a base, so that the merged base draws them by itself:
 * the row that the host would put into the context at that weight. A word that is a tag already takes its place.
 * @throws BananaError as openImage; SHAPE_MISMATCH (an embedding of another width)
 */
export async function mergedVocabulary(
  base: Pick<ImageBase, "card" | "readFile">,
  uses: readonly PeelUse[],
): Promise<MergedVocabulary> {
  const { image } = base.card;
  if (image === undefined)
    throw new BananaError("BASE_INVALID", "expected an image section in the base card, found none", {
      where: "base.json:/image",
      hint: "Only a base that draws pictures has a vocabulary.",
    });
  const { rows, embedding, width } = await readVocabulary(base, image);
  const { active } = collectTriggers(uses, width);
  const words = [...active].map(([word, parts]) => ({ word, parts }));
  const single = words.filter(({ parts }) => parts.length === 1 && parts[0]!.rows === 1);
  const left = words.filter((entry) => !single.includes(entry)).map(({ word }) => word);
  if (single.length === 0) return { files: new Map(), tags: [], left };
  const tags = [...rows.keys()];
  const added = single.filter(({ word }) => !rows.has(word));
  const data = new Float32Array((1 + tags.length + added.length) * width);
  data.set(embedding);
  const nullRow = embedding.subarray(0, width);
  for (const { word, parts } of single) {
    const { data: own, share } = parts[0]!;
    const row = rows.get(word) ?? 1 + tags.length + added.findIndex((entry) => entry.word === word);
    for (let i = 0; i < width; i++)
      data[row * width + i] = share === 1 ? own[i]! : nullRow[i]! + share * (own[i]! - nullRow[i]!);
  }
  const all = [...tags, ...added.map(({ word }) => word)];
  const { vocabulary, embedding: file } = image.conditioning;
  const kept = parseJson(await base.readFile(vocabulary), vocabulary, LIMITS.jsonBytes) as object;
  const tensor = { dtype: "F32", shape: [all.length + 1, width], data: new Uint8Array(data.buffer) } as const;
  return {
    files: new Map([
      [vocabulary, new TextEncoder().encode(`${JSON.stringify({ ...kept, tags: all })}\n`)],
      [file, writeSafetensors(new Map([["embedding", tensor]]))],
    ]),
    tags: single.map(({ word }) => word),
    left,
  };
}

import { BananaError, type Image, LIMITS, parseJson, readSafetensors, toFloat32 } from "@banana-peel/format";
import type { ImageBase } from "./base.js";
import { type Completions, readCompletions } from "./completions.js";

/** The tags of a base and their embeddings. */
export interface Vocabulary {
  /** Row of the embedding by tag, in the order of the vocabulary; row 0 is the null row. */
  readonly rows: ReadonlyMap<string, number>;
  /** [1 + tags, width], row-major. */
  readonly embedding: Float32Array;
  readonly width: number;
  /** What short prompts are completed with; undefined when the base has no such list. */
  readonly completions?: Completions | undefined;
}

/**
 * Reads the vocabulary and the embeddings that a base card names. Specification: docs/specification/base.md, Image.
 * @throws BananaError BASE_INVALID (the two don't agree with each other or with the card), JSON_INVALID,
 *   SAFETENSORS_INVALID, FILE_TOO_LARGE, and what Base.readFile throws
 */
export async function readVocabulary(
  base: Pick<ImageBase, "readFile">,
  image: Image,
  signal?: AbortSignal,
): Promise<Vocabulary> {
  const { vocabulary: tagsFile, embedding: embeddingFile, width } = image.conditioning;
  const options = signal === undefined ? {} : { signal };
  const [tagsBytes, embeddingBytes] = await Promise.all([
    base.readFile(tagsFile, options),
    base.readFile(embeddingFile, options),
  ]);
  const file = asObject(parseJson(tagsBytes, tagsFile, LIMITS.jsonBytes));
  const tags = readTags(file, tagsFile);
  const embedding = readEmbedding(embeddingBytes, embeddingFile, tags.length + 1, width);
  const rows = new Map(tags.map((tag, i) => [tag, i + 1]));
  return { rows, embedding, width, completions: readCompletions(file, tags, tagsFile) };
}

function asObject(value: unknown): Record<string, unknown> {
  return (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
}

function readTags({ null: nullRow, tags }: Record<string, unknown>, where: string): string[] {
  if (nullRow !== 0) throw invalid(where, `expected "null": 0, found ${JSON.stringify(nullRow)}`);
  if (!Array.isArray(tags)) throw invalid(where, `expected an array "tags", found ${typeof tags}`);
  const seen = new Set<unknown>();
  for (const [i, tag] of tags.entries()) {
    if (typeof tag !== "string" || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(tag))
      throw invalid(`${where}:/tags/${i}`, `expected words joined by hyphens, found ${JSON.stringify(tag)}`);
    if (seen.has(tag)) throw invalid(`${where}:/tags/${i}`, `expected each tag once, found ${tag} again`);
    seen.add(tag);
  }
  return tags;
}

function readEmbedding(bytes: Uint8Array, label: string, rows: number, width: number): Float32Array {
  const tensor = readSafetensors(bytes, label).tensors.get("embedding");
  const where = `${label}: embedding`;
  if (tensor === undefined) throw invalid(where, "expected the tensor embedding, found none");
  if (tensor.dtype !== "F32" || tensor.shape.join() !== [rows, width].join())
    throw invalid(
      where,
      `expected F32 [${rows},${width}] (a null row and ${rows - 1} tags), found ${tensor.dtype} [${tensor.shape.join(",")}]`,
    );
  const data = toFloat32(tensor)!;
  const bad = data.findIndex((number) => !Number.isFinite(number));
  if (bad >= 0) throw invalid(where, `expected finite numbers, found ${data[bad]} at element ${bad}`);
  return data;
}

function invalid(where: string, message: string): BananaError {
  return new BananaError("BASE_INVALID", message, {
    where,
    hint: "Fetch the base again, or export it again.",
  });
}

import { writeSafetensors } from "@banana-peel/format";
import { expect, test } from "vitest";
import { EMBEDDING, f32, fakeBase, TAGS } from "./testing/fake-base.js";
import { readVocabulary } from "./vocabulary.js";

const read = (change: (files: Map<string, Uint8Array>) => void) => {
  const base = fakeBase();
  change(base.files);
  return readVocabulary(base, base.card.image!);
};
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

test("reads tags and embeddings; row 0 is the null row", async () => {
  const { rows, embedding, width } = await read(() => {});
  expect([...rows]).toEqual(TAGS.map((tag, i) => [tag, i + 1]));
  expect([...embedding]).toEqual([...EMBEDDING]);
  expect(width).toBe(2);
});

test.each([
  ["not an object", "tags", "tags.json"],
  ["no null row", { tags: TAGS }, "tags.json"],
  ["another null row", { null: 1, tags: TAGS }, "tags.json"],
  ["no tags", { null: 0 }, "tags.json"],
  ["a tag that is no text", { null: 0, tags: [...TAGS.slice(1), 4] }, "tags.json:/tags/3"],
  ["a tag with a space", { null: 0, tags: ["red hair", ...TAGS.slice(1)] }, "tags.json:/tags/0"],
  ["a tag twice", { null: 0, tags: ["smile", "smile", "a", "b"] }, "tags.json:/tags/1"],
  ["fewer tags than rows", { null: 0, tags: TAGS.slice(1) }, "tags.safetensors: embedding"],
])("refuses %s", async (_, value, where) => {
  await expect(read((files) => files.set("tags.json", json(value)))).rejects.toMatchObject({
    code: "BASE_INVALID",
    where,
  });
});

test.each([
  ["another name", "embeddings", f32(EMBEDDING, [5, 2])],
  ["another shape", "embedding", f32(EMBEDDING, [2, 5])],
  ["one dimension", "embedding", f32(EMBEDDING, [10])],
  ["another type", "embedding", { dtype: "F16" as const, shape: [5, 2], data: new Uint8Array(20) }],
  ["not a number", "embedding", f32(EMBEDDING.with(3, Number.NaN), [5, 2])],
])("refuses an embedding of %s", async (_, name, tensor) => {
  const bytes = writeSafetensors(new Map([[name, tensor]]));
  await expect(read((files) => files.set("tags.safetensors", bytes))).rejects.toMatchObject({
    code: "BASE_INVALID",
    where: "tags.safetensors: embedding",
  });
});

test("refuses a broken file with its own code", async () => {
  await expect(read((files) => files.set("tags.json", Uint8Array.of(0x7b)))).rejects.toMatchObject({
    code: "JSON_INVALID",
  });
  await expect(read((files) => files.set("tags.safetensors", new Uint8Array(4)))).rejects.toMatchObject({
    code: "SAFETENSORS_INVALID",
  });
});

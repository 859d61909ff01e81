import { readSafetensors, toFloat32 } from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import { mergedVocabulary } from "./merged-vocabulary.js";
import { openImage } from "./model.js";
import { EMBEDDING, fakeBase, fakeCard, fakePeel, TAGS } from "./testing/fake-base.js";

const uses = (word: string, rows: number[][], weight: number) => [{ peel: fakePeel(word, rows), weight }];

async function merged(word: string, rows: number[][], weight: number) {
  const base = fakeBase();
  const found = await mergedVocabulary(base, uses(word, rows, weight));
  const bytes = found.files.get("tags.safetensors");
  const embedding = bytes && [...toFloat32(readSafetensors(bytes, "merged").tensors.get("embedding")!)!];
  return { ...found, base, embedding };
}

describe("mergedVocabulary", () => {
  it("makes a tag of a trigger word, which then draws as the peel's word did", async () => {
    const { base, files, tags, left, embedding } = await merged("cat", [[3, 4]], 0.5);
    expect([tags, left]).toEqual([["cat"], []]);
    // null + share * (own - null): (0.5, 0.25) and (3, 4) at 0.5.
    expect(embedding).toEqual([...EMBEDDING, 1.75, 2.125]);
    base.use(uses("cat", [[3, 4]], 0.5));
    const before = await (await openImage(base)).generate({ prompt: "cat smile", seed: 3 });
    const after = fakeBase();
    for (const [path, bytes] of files) after.files.set(path, bytes);
    const picture = await (await openImage(after)).generate({ prompt: "cat smile", seed: 3 });
    expect(picture.tags).toEqual(["cat", "smile"]);
    expect(picture.pixels).toEqual(before.pixels);
  });

  it("lets a word that is a tag already take its place", async () => {
    const { tags, files, embedding } = await merged("smile", [[9, 9]], 1);
    expect(tags).toEqual(["smile"]);
    expect(JSON.parse(new TextDecoder().decode(files.get("tags.json")))).toEqual({ null: 0, tags: TAGS });
    expect(embedding).toEqual([...EMBEDDING.subarray(0, 6), 9, 9, ...EMBEDDING.subarray(8)]);
  });

  it("keeps what short prompts are completed with; the new tag is in no group", async () => {
    const base = fakeBase();
    const file = { null: 0, tags: TAGS, groups: { mood: ["smile"] }, completions: ["smile"] };
    base.files.set("tags.json", new TextEncoder().encode(JSON.stringify(file)));
    const { files } = await mergedVocabulary(base, uses("cat", [[3, 4]], 1));
    expect(JSON.parse(new TextDecoder().decode(files.get("tags.json")))).toEqual({
      ...file,
      tags: [...TAGS, "cat"],
    });
    for (const [path, bytes] of files) base.files.set(path, bytes);
    const model = await openImage(base);
    expect((await model.generate({ prompt: "cat" })).completed).toEqual([]);
    expect((await model.generate({ prompt: "" })).completed).toEqual(["smile"]);
    expect((await model.generate({ prompt: "", complete: false })).tags).toEqual([]);
  });

  it.each<[string, number[][], number, string[]]>([
    [
      "of several rows is left out, and named",
      [
        [1, 2],
        [3, 4],
      ],
      1,
      ["cat"],
    ],
    ["of a peel that is off isn't there", [[1, 2]], 0, []],
  ])("a word %s", async (_, rows, weight, expected) => {
    const { files, tags, left } = await merged("cat", rows, weight);
    expect([files.size, tags, left]).toEqual([0, [], expected]);
  });

  it("refuses an embedding of another width, and a base that doesn't draw", async () => {
    await expect(merged("cat", [[1, 2, 3]], 1)).rejects.toMatchObject({ code: "SHAPE_MISMATCH" });
    const { image: _, ...card } = fakeCard();
    await expect(mergedVocabulary({ ...fakeBase(), card }, [])).rejects.toMatchObject({
      code: "BASE_INVALID",
    });
  });
});

import { expect, test } from "vitest";
import type { Completions } from "../completions.js";
import { completePrompt } from "./complete.js";

const groups = {
  style: ["ink", "oil"],
  skin: ["pale", "dark"],
  hair: ["bob", "bald"],
  mood: ["glad", "sad"],
};
const completions: Completions = {
  groupOf: new Map(Object.entries(groups).flatMap(([name, tags]) => tags.map((tag) => [tag, name]))),
  leading: "style",
  prompts: [
    ["ink", "pale", "bob", "glad"],
    ["ink", "dark", "bald", "sad"],
    ["oil", "dark", "bob", "glad"],
    ["oil", "pale", "bob", "sad"],
  ],
};
const complete = (tags: readonly string[], seed = 0, room = 9) =>
  completePrompt(tags, completions, seed, room);
/** What a hundred seeds give, sorted, each once. */
const everyWay = (tags: readonly string[]) =>
  [...new Set(Array.from({ length: 100 }, (_, seed) => complete(tags, seed).join(" ")))].sort();

test("the most alike completion gives its tags of the groups that are open", () => {
  expect(complete(["dark", "bald"])).toEqual(["ink", "sad"]);
  expect(complete(["sad", "ink"])).toEqual(["dark", "bald"]);
});

test("of equals the seed chooses, the same one every time, and every one has its turn", () => {
  expect(everyWay(["ink"])).toEqual(["dark bald sad", "pale bob glad"]);
  expect(everyWay([])).toHaveLength(4);
  expect(complete([], 7)).toEqual(complete([], 7));
});

test("a completion of the prompt's own leading tag comes before one that shares more", () => {
  expect(everyWay(["oil", "bald", "dark"])).toEqual(["glad"]);
  expect(everyWay(["bald", "dark"])).toEqual(["ink sad"]);
});

test("no tag of the prompt is gainsaid, and none is given twice", () => {
  for (const tags of [["pale", "bald"], ["bald", "bob", "ink"], ["sad"], ["oil", "glad"]])
    for (let seed = 0; seed < 20; seed++) {
      const all = [...tags, ...complete(tags, seed)];
      expect(new Set(all).size).toBe(all.length);
      for (const tag of complete(tags, seed))
        expect(tags.map((own) => completions.groupOf.get(own))).not.toContain(completions.groupOf.get(tag));
    }
});

test("a full prompt, and one with a tag outside of every group, stay as they are", () => {
  expect(complete(["ink", "dark", "bob", "glad"])).toEqual([]);
  expect(complete(["ink", "brain-scan"])).toEqual([]);
});

test("only as many tags as there is room for", () => {
  expect(complete(["ink"], 0, 2)).toHaveLength(2);
  expect(complete(["ink"], 0, 0)).toEqual([]);
  expect(complete(["ink"], 0, -1)).toEqual([]);
});

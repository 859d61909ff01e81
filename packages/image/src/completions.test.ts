import { expect, test } from "vitest";
import { readCompletions } from "./completions.js";

const TAGS = ["ink", "oil", "glad", "sad"];
const groups = { style: ["ink", "oil"], mood: ["glad", "sad"] };
const read = (file: Parameters<typeof readCompletions>[0]) => readCompletions(file, TAGS, "tags.json");

test("a vocabulary without completions has none, whatever its groups", () => {
  expect(read({})).toBeUndefined();
  expect(read({ groups: 4 })).toBeUndefined();
});

test("reads groups and prompts; the first group leads", () => {
  const { groupOf, leading, prompts } = read({ groups, completions: ["ink glad", "oil"] })!;
  expect([...groupOf]).toEqual([
    ["ink", "style"],
    ["oil", "style"],
    ["glad", "mood"],
    ["sad", "mood"],
  ]);
  expect(leading).toBe("style");
  expect(prompts).toEqual([["ink", "glad"], ["oil"]]);
});

test.each([
  ["no groups", { completions: ["ink"] }, "tags.json:/groups"],
  ["groups in an array", { groups: [["ink"]], completions: ["ink"] }, "tags.json:/groups"],
  ["no tag in any group", { groups: { style: [] }, completions: ["ink"] }, "tags.json:/groups"],
  ["a group that is no array", { groups: { style: "ink" }, completions: ["ink"] }, "tags.json:/groups/style"],
  [
    "an unknown tag in a group",
    { groups: { style: ["ink", "chalk"] }, completions: ["ink"] },
    "tags.json:/groups/style/1",
  ],
  [
    "a tag in two groups",
    { groups: { style: ["ink"], mood: ["ink"] }, completions: ["ink"] },
    "tags.json:/groups/mood/0",
  ],
  ["completions that are no array", { groups, completions: "ink" }, "tags.json:/completions"],
  ["an empty list", { groups, completions: [] }, "tags.json:/completions"],
  ["a completion that is no text", { groups, completions: ["ink", 4] }, "tags.json:/completions/1"],
  ["an empty completion", { groups, completions: [""] }, "tags.json:/completions/0"],
  ["two spaces", { groups, completions: ["ink  glad"] }, "tags.json:/completions/0"],
  [
    "a tag outside of every group",
    { groups: { style: ["ink"] }, completions: ["ink glad"] },
    "tags.json:/completions/0",
  ],
])("refuses %s", (_, file, where) => {
  expect(() => read(file)).toThrow(expect.objectContaining({ code: "BASE_INVALID", where }));
});

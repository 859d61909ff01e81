import { expect, test } from "vitest";
import { fakePeel } from "../testing/fake-base.js";
import type { Vocabulary } from "../vocabulary.js";
import { promptContext } from "./context.js";
import { collectTriggers } from "./triggers.js";

const vocabulary: Vocabulary = {
  rows: new Map([
    ["red-hair", 1],
    ["smile", 2],
    ["pixel-art", 3],
  ]),
  embedding: Float32Array.of(9, 9, 1, 10, 2, 20, 3, 30),
  width: 2,
};
const none = collectTriggers([], 2);
const brain = fakePeel("brain-scan", [[5, 50]]);
const context = (prompt: string, triggers = none, rows = 4) =>
  promptContext(prompt, vocabulary, triggers, rows);
const data = (...args: Parameters<typeof context>) => [...context(...args).data];

test("rows follow the prompt's order, then null rows", () => {
  expect(data("smile, red-hair")).toEqual([2, 20, 1, 10, 9, 9, 9, 9]);
  expect(data("red hair smile")).toEqual([1, 10, 2, 20, 9, 9, 9, 9]);
  expect(context("smile, red hair").tags).toEqual(["smile", "red-hair"]);
});

test("an empty prompt is all null rows, without a warning", () => {
  expect(context("")).toEqual({ data: new Float32Array(8).fill(9), tags: [], completed: [], warnings: [] });
});

test("as many tags as rows fit", () => {
  expect(data("red-hair, smile, pixel-art", none, 3)).toEqual([1, 10, 2, 20, 3, 30]);
});

test("one tag too many is an error that says how many", () => {
  expect(() => context("red-hair, smile, pixel-art", none, 2)).toThrow(
    expect.objectContaining({
      code: "PROMPT_INVALID",
      message: "expected at most 2 tags, found 3: red-hair, smile, pixel-art",
      hint: "Leave out 1.",
    }),
  );
});

test("a prompt beyond the limit is an error, before it is searched", () => {
  expect(() => context("x".repeat(4097))).toThrow(expect.objectContaining({ code: "PROMPT_INVALID" }));
  expect(context("x".repeat(4096)).warnings).toHaveLength(1);
});

test("an unknown tag is a warning that names the nearest, and takes no row", () => {
  const { data: rows, warnings } = context("redd-hair, smile");
  expect([...rows]).toEqual([2, 20, 9, 9, 9, 9, 9, 9]);
  expect(warnings).toEqual([
    {
      code: "TAG_UNKNOWN",
      tag: "redd-hair",
      nearest: "red-hair",
      message: 'the base knows no tag "redd-hair"; the nearest is red-hair.',
    },
  ]);
});

test("a misspelt tag of two words is one warning; words that resemble nothing are one each", () => {
  expect(context("redd hair").warnings.map(({ tag, nearest }) => [tag, nearest])).toEqual([
    ["redd-hair", "red-hair"],
  ]);
  expect(context("xylophone zeppelin").warnings.map(({ tag }) => tag)).toEqual(["xylophone", "zeppelin"]);
});

test("unknown tags don't count towards the rows", () => {
  expect(data("a1, b2, c3, smile", none, 1)).toEqual([2, 20]);
});

test("a tag given twice counts once", () => {
  const { tags, warnings } = context("smile, red-hair, Smile");
  expect(tags).toEqual(["smile", "red-hair"]);
  expect(warnings.map(({ code, tag }) => [code, tag])).toEqual([["TAG_REPEATED", "smile"]]);
});

test("a trigger word of a peel in force takes its embedding's row", () => {
  const triggers = collectTriggers([{ peel: brain, weight: 1 }], 2);
  expect(data("brain scan, smile", triggers)).toEqual([5, 50, 2, 20, 9, 9, 9, 9]);
  expect(context("smile, brain-scan", triggers).warnings).toEqual([]);
});

test("a trigger fades in with its peel and is as trained from weight 1 on", () => {
  const at = (weight: number) => data("brain-scan", collectTriggers([{ peel: brain, weight }], 2), 1);
  expect(at(0.5)).toEqual([7, 29.5]);
  expect(at(0.25)).toEqual([8, 19.25]);
  expect(at(1)).toEqual([5, 50]);
  expect(at(1.5)).toEqual([5, 50]);
});

test.each([0, -1])("at weight %d a trigger word is as unknown as without the peel", (weight) => {
  const off = context("brain-scan, smile", collectTriggers([{ peel: brain, weight }], 2));
  const without = context("brain-scan, smile");
  expect([...off.data]).toEqual([...without.data]);
  expect(off.warnings.map(({ code }) => code)).toEqual(["TRIGGER_OFF"]);
  expect(off.warnings[0]!.message).toContain("@peels/fake");
  expect(without.warnings.map(({ code }) => code)).toEqual(["TAG_UNKNOWN"]);
});

test("a misspelt trigger word is named as the nearest while its peel is in force", () => {
  const triggers = collectTriggers([{ peel: brain, weight: 1 }], 2);
  expect(context("brian-scan", triggers).warnings[0]!.nearest).toBe("brain-scan");
});

test("a trigger of several rows takes them all, and counts as many", () => {
  const wide = fakePeel("wide", [
    [1, 2],
    [3, 4],
  ]);
  const triggers = collectTriggers([{ peel: wide, weight: 1 }], 2);
  expect(data("wide, smile", triggers, 3)).toEqual([1, 2, 3, 4, 2, 20]);
  expect(() => context("wide, smile", triggers, 2)).toThrow(/expected at most 2 tags, found 3/);
});

test("peels that share a word both speak, in their order; one that is off does not", () => {
  const other = fakePeel("brain-scan", [[6, 60]], "@peels/other");
  const both = [
    { peel: other, weight: 1 },
    { peel: brain, weight: 1 },
  ];
  expect(data("brain-scan", collectTriggers(both, 2), 3)).toEqual([6, 60, 5, 50, 9, 9]);
  const one = [
    { peel: other, weight: 0 },
    { peel: brain, weight: 1 },
  ];
  expect(context("brain-scan", collectTriggers(one, 2)).warnings).toEqual([]);
});

test("a trigger of the same name as a tag comes before it", () => {
  const smile = fakePeel("smile", [[7, 70]]);
  expect(data("smile", collectTriggers([{ peel: smile, weight: 1 }], 2), 1)).toEqual([7, 70]);
  expect(data("smile", collectTriggers([{ peel: smile, weight: 0 }], 2), 1)).toEqual([2, 20]);
});

test("an embedding of another width is refused", () => {
  expect(() => collectTriggers([{ peel: fakePeel("brain-scan", [[1, 2, 3]]), weight: 1 }], 2)).toThrow(
    expect.objectContaining({ code: "SHAPE_MISMATCH", where: "@peels/fake: trigger.brain-scan.embedding" }),
  );
});

const completing: Vocabulary = {
  ...vocabulary,
  completions: {
    groupOf: new Map([
      ["pixel-art", "style"],
      ["red-hair", "hair"],
      ["smile", "mood"],
    ]),
    leading: "style",
    prompts: [["pixel-art", "red-hair", "smile"]],
  },
};
const completed = (prompt: string, triggers = none, rows = 4) =>
  promptContext(prompt, completing, triggers, rows, 1);

test("a short prompt is completed where a seed is given, and the context says with what", () => {
  const { data: rows, tags, completed: added } = completed("smile");
  expect([...rows]).toEqual([2, 20, 3, 30, 1, 10, 9, 9]);
  expect(tags).toEqual(["smile", "pixel-art", "red-hair"]);
  expect(added).toEqual(["pixel-art", "red-hair"]);
  expect(promptContext("smile", completing, none, 4).completed).toEqual([]);
  expect(completed("smile", none, 2).tags).toEqual(["smile", "pixel-art"]);
});

test("a completion gives way as a trigger word of the prompt fades in", () => {
  const at = (weight: number) =>
    completed("brain-scan, smile", collectTriggers([{ peel: brain, weight }], 2));
  expect([...at(0).data]).toEqual([2, 20, 3, 30, 1, 10, 9, 9]);
  expect([...at(0.5).data]).toEqual([7, 29.5, 2, 20, 6, 19.5, 5, 9.5]);
  expect([...at(1).data]).toEqual([5, 50, 2, 20, 9, 9, 9, 9]);
  expect(at(1).completed).toEqual([]);
});

test("a peel whose word isn't in the prompt changes nothing about the completion", () => {
  const triggers = collectTriggers([{ peel: brain, weight: 1 }], 2);
  expect(completed("smile", triggers)).toEqual(completed("smile"));
});

import { expect, test } from "vitest";
import { readPrompt } from "./words.js";

const tags = new Set(["red-hair", "hair", "smile", "round-glasses", "glasses", "pixel-art"]);
const known = { has: (tag: string) => tags.has(tag), mostWords: 2 };
const read = (prompt: string) =>
  readPrompt(prompt, known).map((piece) => (piece.known ? piece.tag : `?${piece.words.join(" ")}`));

test.each([
  ["red-hair,smile", ["red-hair", "smile"]],
  ["red-hair smile", ["red-hair", "smile"]],
  ["Red Hair, SMILE", ["red-hair", "smile"]],
  ["red hair smile round glasses", ["red-hair", "smile", "round-glasses"]],
  ["red_hair", ["red-hair"]],
  ["  red\t hair ,, \n smile ,", ["red-hair", "smile"]],
  ["red-hair\uff0csmile", ["red-hair", "smile"]],
  ["round glasses glasses", ["round-glasses", "glasses"]],
])("reads %j", (prompt, expected) => {
  expect(read(prompt)).toEqual(expected);
});

test.each(["", " ", ",", " , ,\n"])("finds nothing in %j", (prompt) => {
  expect(read(prompt)).toEqual([]);
});

test("a comma keeps words apart that would make a tag together", () => {
  expect(read("red, hair")).toEqual(["?red", "hair"]);
});

test("unknown words stay in their places, and together only inside a phrase", () => {
  expect(read("very big red hair, odd hat smile, odd")).toEqual([
    "?very big",
    "red-hair",
    "?odd hat",
    "smile",
    "?odd",
  ]);
});

test("words are not joined into a tag that isn't known", () => {
  expect(read("blue hair")).toEqual(["?blue", "hair"]);
});

test("a run longer than any tag is not tried, so that a long prompt costs no more than its length", () => {
  let tried = 0;
  const counting = {
    mostWords: 2,
    has(tag: string) {
      tried++;
      return tags.has(tag);
    },
  };
  readPrompt("a ".repeat(1000), counting);
  expect(tried).toBeLessThanOrEqual(2000);
});

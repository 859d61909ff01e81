import { expect, test } from "vitest";
import { nearestTag } from "./nearest.js";

const tags = ["sad", "red-hair", "blue-hair", "smile", "pixel-art", "big-hat"];

test.each([
  ["redd-hair", "red-hair"],
  ["smlie", "smile"],
  ["pixelart", "pixel-art"],
  ["hair-blue", "blue-hair"],
  ["red", "red-hair"],
  ["hat", "big-hat"],
  ["sat", "sad"],
])("%s is most like %s", (word, expected) => {
  expect(nearestTag(word, tags)?.tag).toBe(expected);
});

test("the first of equals wins, so that the answer doesn't change from run to run", () => {
  expect(nearestTag("hair", tags)?.tag).toBe("red-hair");
  expect(nearestTag("hair", [...tags].reverse())?.tag).toBe("blue-hair");
});

test("without tags there is none", () => {
  expect(nearestTag("smile", [])).toBeUndefined();
});

test("says how far the word is", () => {
  expect(nearestTag("smile", tags)).toEqual({ tag: "smile", edits: 0 });
  expect(nearestTag("smlie", tags)).toEqual({ tag: "smile", edits: 2 });
  expect(nearestTag("hair-red", tags)).toEqual({ tag: "red-hair", edits: 0.5 });
});

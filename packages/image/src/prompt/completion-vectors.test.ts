// Completions against those of the Python implementation: packages/conformance/vectors/completion.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readCompletions } from "../completions.js";
import { completePrompt } from "./complete.js";

const file = new URL("../../../conformance/vectors/completion/cases.json", import.meta.url);
const { vocabulary, cases } = JSON.parse(readFileSync(file, "utf8"));

test("the same tags are added as in Python, for every prompt and seed", () => {
  const completions = readCompletions(vocabulary, vocabulary.tags, "cases.json")!;
  expect(cases.length).toBeGreaterThan(100);
  for (const { prompt, seed, room, added } of cases)
    expect(completePrompt(prompt, completions, seed, room)).toEqual(added);
});

import { expect, test } from "vitest";
import { picture, row } from "../testing/report.js";
import { pictureAlt, pictureLabel } from "./labels.js";

test.each([
  [picture("without"), "Without, the base alone"],
  [picture("attached", 0.25), "Weight 0.25, attached"],
  [picture("merged", 1), "Merged, into int8, weight 1"],
  [picture("taken off"), "Taken off again, same bytes as the first"],
])("labels %j", (shown, expected) => {
  const { title, detail } = pictureLabel(shown);
  expect(`${title}, ${detail}`).toBe(expected);
});

test("tells the pictures apart for those who can't see them", () => {
  const pictures = [picture("without"), picture("attached", 0.5), picture("merged", 1), picture("taken off")];
  const alts = pictures.map((shown) => pictureAlt(row("brain", 7, pictures), shown, "Medical"));
  expect(new Set(alts).size).toBe(4);
  for (const alt of alts) expect(alt).toContain("Drawn for \u201cbrain\u201d, seed 7");
  expect(alts[1]).toContain("with Medical attached at weight 0.5");
  expect(pictureAlt(row("", 7, []), picture("without"), "Medical")).toContain("an empty prompt");
});

import type { Random } from "../random.js";

const PIECES = [
  "@",
  "/",
  "..",
  "\\",
  "\u0000",
  "\n",
  "\r",
  "%2f",
  "=",
  ["$", "{HOME}"].join(""),
  "[",
  "]",
  ";",
  "-",
  " ",
  "~",
  ":",
  "🍌",
  "\u0430",
  "\ufeff",
  "\u202e",
  "a".repeat(300),
  "0".repeat(400),
  "^",
  ">=",
  "||",
  "*",
  "x",
  "1.2.3",
];

/** A text with a few pieces put in, taken out, or doubled. */
export function mutateText(text: string, random: Random): string {
  let out = text;
  for (let times = 1 + random.below(5); times > 0; times--) {
    const at = random.below(out.length + 1);
    const size = random.below(8);
    const piece = random.once(3) ? out.slice(at, at + size) : random.pick(PIECES);
    out = (out.slice(0, at) + piece + out.slice(random.once(2) ? at : at + size)).slice(0, 20_000);
  }
  return out;
}

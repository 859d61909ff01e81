import type { AddReport } from "@banana-peel/client";
import type { Colours } from "./colours.js";
import { plain } from "./format.js";

/** A line for each registry that gave no answer and that could be done without. */
export function unaskedText(unasked: AddReport["unasked"], colours: Colours): string {
  return unasked
    .map(
      ({ name, code, message }) =>
        `${colours.yellow("warning")} ${name} stays as it is locked: ${code}, ${plain(message)}\n`,
    )
    .join("");
}

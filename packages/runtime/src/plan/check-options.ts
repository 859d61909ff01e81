import { BananaError } from "@banana-peel/format";
import type { PlanContext } from "./context.js";
import type { PlanOptions } from "./types.js";

const STRATEGIES = ["auto", "attach", "merge", "promote"];
const ROUNDINGS = ["auto", "nearest", "dither", "calibrated"];

/** Checks what a caller chose. @throws BananaError INPUT_INVALID for words that aren't known, and for unknown targets */
export function checkOptions({ targets }: PlanContext, { strategy, rounding, perTarget }: PlanOptions): void {
  oneOf(STRATEGIES, strategy, "strategy");
  oneOf(ROUNDINGS, rounding, "rounding");
  if (perTarget === undefined) return;
  const known = new Set(targets.map(({ target }) => target.path));
  for (const [path, own] of Object.entries(perTarget)) {
    if (!known.has(path))
      throw new BananaError("INPUT_INVALID", `expected targets of the base in perTarget, found ${path}`, {
        where: path,
        hint: "The base card lists the targets.",
      });
    oneOf(STRATEGIES, own, `perTarget: ${path}`);
  }
}

function oneOf(words: readonly string[], found: unknown, where: string): void {
  if (found === undefined || words.includes(found as string)) return;
  throw new BananaError("INPUT_INVALID", `expected one of ${words.join(", ")}, found ${String(found)}`, {
    where,
    hint: "docs/guides/runtime.md says what each does.",
  });
}

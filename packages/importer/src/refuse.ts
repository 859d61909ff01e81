import { BananaError } from "@banana-peel/format";
import { ambiguous, unsupported } from "./errors.js";
import type { RefusedModule } from "./importer.js";
import type { Match, Unmatched } from "./match/match.js";

/** Names listed in a message; the rest is counted. */
const SHOWN = 3;

/**
 * Refuses a file whose import would silently do less than the LoRA did, unless it was asked for. A module that simply
 * has no target in the base is no reason, as long as another has.
 * @throws BananaError IMPORT_UNSUPPORTED, IMPORT_SHAPE_MISMATCH, IMPORT_AMBIGUOUS, IMPORT_NO_TARGET
 */
export function refuse(found: {
  matches: readonly Match[];
  unmatched: readonly Unmatched[];
  refused: readonly RefusedModule[];
  label: string;
  partial: boolean;
}): void {
  const { matches, unmatched, refused, label, partial } = found;
  const of = (why: Unmatched["why"]) => unmatched.filter((module) => module.why === why);
  if (!partial) {
    const left = new Set(of("left-out").map(({ module }) => module));
    const [first, ...rest] = refused.filter(({ name }) => !left.has(name));
    if (first !== undefined)
      throw unsupported(first.feature, first.name, `${first.reason}${more(rest.length)}`, first.mend);
    const [shape, ...shapes] = of("shape");
    if (shape !== undefined)
      throw new BananaError("IMPORT_SHAPE_MISMATCH", `${shape.reason}${more(shapes.length)}`, {
        where: shape.module,
        hint: "Choose the base that the LoRA was trained for, or leave the module out with the map.",
        details: { modules: [shape, ...shapes] },
      });
    const unsure = of("ambiguous");
    if (unsure.length > 0)
      throw ambiguous(
        `expected one target for each module, found ${unsure.length} modules where it isn't clear: ${list(unsure)}`,
        {
          where: unsure[0]!.module,
          hint: "Say in the map which target each of them means.",
          details: { modules: unsure },
        },
      );
  }
  if (matches.length === 0)
    throw new BananaError(
      "IMPORT_NO_TARGET",
      `expected modules that fit targets of the base, found none among ${unmatched.length}: ${list(unmatched)}`,
      {
        where: label,
        hint: unmatched.every(({ why }) => why === "refused")
          ? "An adapter holds none of what this LoRA changes. Train it without what is named here."
          : "Is it the right base? If only the names differ, give a map from modules to targets.",
        details: { modules: unmatched },
      },
    );
}

/** USAGE: an option that can't be meant. */
export function usage(message: string, hint: string): BananaError {
  return new BananaError("USAGE", message, { hint });
}

function list(modules: readonly Unmatched[]): string {
  const shown = modules.slice(0, SHOWN).map(({ module, why, reason, nearest }) => {
    if (why === "refused") return `${module} (${reason})`;
    return nearest.length === 0 ? module : `${module} (near ${nearest.slice(0, SHOWN).join(", ")})`;
  });
  return shown.join("; ") + more(modules.length - shown.length);
}

function more(count: number): string {
  return count > 0 ? `, and ${count} more` : "";
}

import { BananaError } from "@banana-peel/format";
import { ambiguous } from "./errors.js";
import { diffusers } from "./formats/diffusers.js";
import { kohya } from "./formats/kohya.js";
import { lycoris } from "./formats/lycoris.js";
import { peft } from "./formats/peft.js";
import type { Importer, LoraFiles } from "./importer.js";
import { usage } from "./refuse.js";

/** The built-in formats. */
export const IMPORTERS: readonly Importer[] = [peft, diffusers, kohya, lycoris];

/**
 * The one importer whose format the files are of, or the one that was named.
 * @throws BananaError IMPORT_UNKNOWN_FORMAT, IMPORT_AMBIGUOUS, USAGE
 */
export function detectFormat(files: LoraFiles, others: readonly Importer[], format?: string): Importer {
  const all = [...others, ...IMPORTERS];
  const ids = all.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined)
    throw usage(`expected importers of different ids, found ${twice} twice`, "Rename one.");
  if (format !== undefined) {
    const named = all.find(({ id }) => id === format);
    if (named === undefined)
      throw usage(`expected a format of ${ids.join(", ")}, found ${format}`, "Name one of them.");
    return named;
  }
  const fitting = all.filter((importer) => importer.detect(files));
  if (fitting.length > 1)
    throw ambiguous(
      `expected files of one format, found ${fitting.map(({ title }) => title).join(" and ")}`,
      {
        where: files.label,
        hint: "Name the format that is meant, or split the file.",
        details: { formats: fitting.map(({ id }) => id) },
      },
    );
  const [only] = fitting;
  if (only === undefined)
    throw new BananaError(
      "IMPORT_UNKNOWN_FORMAT",
      `expected tensors of ${all.map(({ title }) => title).join(", ")}, found ${[...files.tensors.keys()].slice(0, 3).join(", ")}`,
      {
        where: files.label,
        hint: "Is it a LoRA, and not a whole model or a text inversion? Another tool's format needs an importer of its own.",
      },
    );
  return only;
}

import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { BASE_CARD, BananaError, type BaseCard } from "@banana-peel/format";
import { parseBaseCard } from "@banana-peel/validator";
import { inspectBase } from "../inspect/inspect-base.js";
import type { BaseInspection, InspectBaseOptions } from "../inspect/types.js";
import { folderFiles } from "./folder-files.js";
import { noLinksOut } from "./no-links-out.js";

/** What inspectModels needs. */
export interface InspectModelsOptions
  extends Omit<InspectBaseOptions, keyof ReturnType<typeof folderFiles> | "models" | "before"> {
  /** Paths of the models before they were quantised, in the order of the models; external data isn't read. */
  readonly before?: readonly string[];
  /** Write the card as base.json beside the models. */
  readonly write?: boolean;
  /** Put it in the place of one that is there. */
  readonly force?: boolean;
}

/** A card and where it belongs. */
export interface InspectedModels extends BaseInspection {
  /** Folder of the models. */
  readonly folder: string;
  /** Path of the card that was written; undefined when none was. */
  readonly file: string | undefined;
}

/**
 * Writes the base card of ONNX models on disk, as `inspectBase` of the main entry point does. All lie in one folder. The
 * graph of a single model is `main`; several have the names of their files.
 * @throws BananaError as inspectBase; ONNX_LOCATION for external data behind a link that leaves the folder; INPUT_INVALID for models of several folders, names that clash or names that no card can
 *   hold; FOLDER_EXISTS when there is a card already; ONNX_UNSUPPORTED when no layer can be changed; SCHEMA_INVALID
 */
export async function inspectModels(
  models: readonly string[],
  options: InspectModelsOptions,
): Promise<InspectedModels> {
  const folder = dirname(resolve(models[0] ?? "."));
  const file = join(folder, BASE_CARD);
  if (options.write && !options.force && (await stat(file).catch(() => undefined)) !== undefined)
    throw new BananaError("FOLDER_EXISTS", `expected no card at ${file}, found one`, {
      where: file,
      hint: "Move it away, or ask for another in its place (--force).",
    });
  const graphs = named(models, folder);
  const files = noLinksOut(
    folderFiles(folder),
    new Set([...Object.values(graphs), ...(options.files ?? [])]),
  );
  const before = await readBefore(Object.keys(graphs), options.before ?? []);
  const inspection = await inspectBase({ ...files, ...options, models: graphs, before });
  if (inspection.card.targets.length === 0) throw nothing(models, inspection);
  const text = `${JSON.stringify(inspection.card, null, 2)}\n`;
  parseBaseCard(new TextEncoder().encode(text), file);
  if (options.write) await replace(file, text);
  return { ...inspection, folder, file: options.write ? file : undefined };
}

async function readBefore(
  graphs: readonly string[],
  paths: readonly string[],
): Promise<Record<string, Uint8Array>> {
  if (paths.length > 0 && paths.length !== graphs.length)
    throw new BananaError(
      "INPUT_INVALID",
      `expected one earlier model for each of ${graphs.length}, found ${paths.length}`,
      { where: paths.join(", "), hint: "Give them in the order of the models." },
    );
  const read = paths.map(async (path, i) => {
    try {
      return [graphs[i]!, new Uint8Array(await readFile(path))] as const;
    } catch (cause) {
      throw new BananaError("BASE_FILE_MISSING", `expected a model at ${path}, found none that can be read`, {
        where: path,
        hint: "Name the ONNX model that was quantised, or leave it out.",
        cause,
      });
    }
  });
  return Object.fromEntries(await Promise.all(read));
}

function named(models: readonly string[], folder: string): Record<string, string> {
  const graphs: Record<string, string> = {};
  for (const model of models) {
    const path = relative(folder, resolve(model)).split(sep).join("/");
    const name =
      models.length === 1
        ? "main"
        : basename(model, ".onnx")
            .toLowerCase()
            .replace(/[^a-z0-9]+/g, "_");
    if (path.includes("/") || name in graphs || !/^[a-z][a-z0-9_]{0,63}$/.test(name))
      throw new BananaError(
        "INPUT_INVALID",
        `expected models in one folder, with names of their own that begin with a letter, found ${model}`,
        { where: model, hint: "Move or rename the files." },
      );
    graphs[name] = path;
  }
  return graphs;
}

async function replace(file: string, text: string): Promise<void> {
  const part = `${file}.${process.pid}.partial`;
  try {
    await writeFile(part, text);
    await rename(part, file);
  } catch (cause) {
    await rm(part, { force: true }).catch(() => undefined);
    throw new BananaError(
      "TARGET_READ_ONLY",
      `expected a folder that can be written, found: ${(cause as Error).message}`,
      {
        where: file,
        hint: "Check the permissions, or print the card instead.",
        cause,
      },
    );
  }
}

function nothing(
  models: readonly string[],
  { doubts }: { card: BaseCard; doubts: BaseInspection["doubts"] },
): BananaError {
  const [first] = doubts;
  const found =
    first === undefined
      ? "no weights"
      : `${doubts.length} that must be left out, ${first.node} first: ${first.message}`;
  return new BananaError(
    "ONNX_UNSUPPORTED",
    `expected at least one layer that an adapter can change, found ${found}`,
    {
      where: models[0] ?? "",
      hint: doubts.some(({ reason }) => reason !== "unsupported")
        ? "A map names modules that can't be told from names."
        : "Export or quantise the model with operators that a base may have: docs/specification/base.md lists them.",
      details: { doubts },
    },
  );
}

import { BananaError, memorySource, type PeelSource, parseJson, readSafetensors } from "@banana-peel/format";
import { ambiguous, invalid } from "./errors.js";
import type { LoraFiles } from "./importer.js";
import { IMPORT_LIMITS } from "./limits.js";

/** The files of one LoRA: a folder's, or by name in memory. */
export type LoraSource = PeelSource | ReadonlyMap<string, Uint8Array> | Readonly<Record<string, Uint8Array>>;

const CONFIG = "adapter_config.json";
const PICKLES = /\.(?:bin|pt|pth|ckpt)$/;

/**
 * Opens the weights file and PEFT's configuration.
 * @param file the weights file, when there are several
 * @throws BananaError IMPORT_UNKNOWN_FORMAT, IMPORT_AMBIGUOUS, IMPORT_INVALID, FILE_TOO_LARGE, SAFETENSORS_INVALID,
 * JSON_INVALID
 */
export async function readFiles(files: LoraSource, file?: string): Promise<LoraFiles> {
  const source = toSource(files);
  const paths = await source.list();
  const label = file ?? onlyWeights(paths, source.label);
  if (!paths.includes(label)) throw noWeights(source.label, `a file named ${label}`, paths);
  const { tensors, metadata } = readSafetensors(await source.read(label, IMPORT_LIMITS.weightsBytes), label);
  if (tensors.size === 0) throw invalid(label, "expected tensors, found none");
  const folder = label.slice(0, label.lastIndexOf("/") + 1);
  const config = paths.includes(folder + CONFIG) ? await readConfig(source, folder + CONFIG) : undefined;
  return config === undefined ? { label, tensors, metadata } : { label, tensors, metadata, config };
}

function toSource(files: LoraSource): PeelSource {
  if ("list" in files && typeof files.list === "function") return files as PeelSource;
  const entries = files instanceof Map ? files : new Map(Object.entries(files as Record<string, Uint8Array>));
  return memorySource(entries, "the files");
}

function onlyWeights(paths: readonly string[], label: string): string {
  const weights = paths.filter((path) => path.endsWith(".safetensors"));
  if (weights.length > 1)
    throw ambiguous(`expected one safetensors file in ${label}, found ${weights.join(", ")}`, {
      where: label,
      hint: "Name the one that holds the LoRA.",
      details: { files: weights },
    });
  const [only] = weights;
  if (only === undefined) throw noWeights(label, "a safetensors file", paths);
  return only;
}

function noWeights(label: string, expected: string, paths: readonly string[]): BananaError {
  const pickle = paths.find((path) => PICKLES.test(path));
  return new BananaError(
    "IMPORT_UNKNOWN_FORMAT",
    `expected ${expected} in ${label}, found ${paths.slice(0, 5).join(", ") || "no file"}`,
    {
      where: pickle ?? label,
      hint:
        pickle === undefined
          ? "Give the folder or the file that the training saved."
          : "A pickle can run code when it is opened, so it isn't read. Save the LoRA as safetensors.",
    },
  );
}

async function readConfig(source: PeelSource, path: string): Promise<Readonly<Record<string, unknown>>> {
  const value = parseJson(
    await source.read(path, IMPORT_LIMITS.configBytes),
    path,
    IMPORT_LIMITS.configBytes,
  );
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(path, "expected an object of options", "Save the adapter again with PEFT.");
  return value as Readonly<Record<string, unknown>>;
}

import { resolve } from "node:path";
import type { NewAdapter } from "@banana-peel/client";
import { baseWeights } from "./base-weights.js";
import { readMap } from "./read-map.js";

/** How a LoRA is read, as the flags of `import` say. */
export interface LoraFlags {
  /** Folder with the card of the base that it is for. */
  readonly base: string;
  readonly format?: string | undefined;
  readonly file?: string | undefined;
  readonly map?: readonly string[] | undefined;
  readonly partial?: boolean | undefined;
  readonly maxRank?: string | undefined;
}

/**
 * Reads a LoRA of another tool for one base; nothing is written.
 * @param path the LoRA's folder, or its safetensors file
 * @returns what the importer found, the adapter for a peel, and a sentence on where it comes from
 * @throws BananaError of openBaseCard, loraFiles and importAdapter
 */
export async function importLora(path: string, flags: LoraFlags) {
  const { nodeDisk, openBaseCard } = await import("@banana-peel/client");
  const { importAdapter } = await import("@banana-peel/importer");
  const { loraFiles } = await import("@banana-peel/importer/node");
  const { writeSafetensors } = await import("@banana-peel/format");
  const { maxRank } = flags;
  const base = await openBaseCard(resolve(flags.base), nodeDisk, flags.base);
  const result = await importAdapter({
    files: await loraFiles(path),
    base: base.card,
    options: {
      map: readMap([...(flags.map ?? [])]),
      partial: flags.partial ?? false,
      ...(flags.format === undefined ? {} : { format: flags.format }),
      ...(flags.file === undefined ? {} : { file: flags.file }),
      ...(maxRank === undefined ? {} : { maxRank: Number(maxRank), approximate: { rank: Number(maxRank) } }),
      readWeight: baseWeights(resolve(flags.base)),
    },
  });
  const { family, version, digest } = base;
  const { rank, alpha, tensors } = result.adapter;
  const adapter: NewAdapter = {
    base: { family, range: `^${version}`, ...(result.boundToWeights ? { digest } : {}) },
    rank,
    alpha,
    bytes: writeSafetensors(tensors),
  };
  const origin = `Imported from a LoRA in the format ${result.format} for the base ${family} ${version}: ${result.coverage.covered.length} of its ${base.card.targets.length} targets are changed.`;
  return { base, result, adapter, origin };
}

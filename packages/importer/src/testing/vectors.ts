import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type PeelSource, readSafetensors, toFloat32 } from "@banana-peel/format";
import type { ImportOptions } from "../index.js";
import { loraFiles } from "../node/index.js";

/** packages/conformance/vectors/importer. */
export const VECTORS = fileURLToPath(new URL("../../../conformance/vectors/importer/", import.meta.url));

/** expect.json of a case; see the README of the vectors. */
export interface Expect {
  readonly why: string;
  readonly outcome: "exact" | "approximate" | "refused";
  readonly format: string;
  readonly targets: readonly {
    readonly path: string;
    readonly n: number;
    readonly k: number;
    readonly kernel?: number[];
  }[];
  readonly options?: ImportOptions;
  readonly tolerance?: number;
  readonly rank?: number;
  readonly alpha?: number;
  readonly dtype?: string;
  readonly error?: number;
  readonly maxError?: number;
  readonly code: string;
  readonly says: readonly string[];
}

/** Names of the cases with an outcome. */
export async function cases(outcome: Expect["outcome"]): Promise<[string, Expect][]> {
  const names = (await readdir(VECTORS, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && entry.name !== "names")
    .map(({ name }) => name)
    .sort();
  const all = await Promise.all(
    names.map(
      async (name): Promise<[string, Expect]> => [
        name,
        JSON.parse(await readFile(`${VECTORS}${name}/expect.json`, "utf8")),
      ],
    ),
  );
  return all.filter(([, expect]) => expect.outcome === outcome);
}

/** The LoRA's files of a case. */
export function caseFiles(name: string): Promise<PeelSource> {
  return loraFiles(`${VECTORS}${name}/files`);
}

/** Float32 arrays by tensor name of delta.safetensors or weight.safetensors; none when there is no such file. */
export async function caseArrays(name: string, file: string): Promise<Map<string, Float32Array>> {
  const bytes = await readFile(`${VECTORS}${name}/${file}`).catch(() => undefined);
  if (bytes === undefined) return new Map();
  const { tensors } = readSafetensors(bytes, file);
  return new Map([...tensors].map(([key, tensor]) => [key, toFloat32(tensor)!]));
}

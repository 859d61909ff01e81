import type { Stored } from "@banana-peel/onnx";
import type { CheckedFiles } from "../base/check-files.js";
import type { OpenGraph } from "../base/open-graph.js";

/** The weights of a graph with merged targets in them: what changes in the model, and its files of external data. */
export interface MergedData {
  /** New elements of initializers that the model embeds. */
  readonly elements: ReadonlyMap<string, Uint8Array>;
  /** Every file of external data, patched; empty when the merged targets are all embedded. */
  readonly externalData: readonly { path: string; data: Uint8Array }[];
}

/**
 * Puts merged weights in the place of the base's: in copies of the files of external data, or in the model. Once
 * one file is given in memory onnxruntime wants them all so, hence every file is read when any is patched.
 * @param merged stored values by target path
 */
export async function mergedData(
  graph: OpenGraph,
  merged: ReadonlyMap<string, Stored>,
  files: CheckedFiles,
  signal: AbortSignal | undefined,
): Promise<MergedData> {
  const elements = new Map<string, Uint8Array>();
  const patches: { location: string; offset: number; bytes: Uint8Array }[] = [];
  for (const [path, stored] of merged) {
    const weight = graph.targets.get(path)!.weight;
    const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
    if (weight.data.kind === "external") patches.push({ ...weight.data.external, bytes });
    else elements.set(weight.name, bytes);
  }
  if (patches.length === 0) return { elements, externalData: [] };
  const externalData: { path: string; data: Uint8Array }[] = [];
  for (const path of graph.externalData) {
    const own = patches.filter(({ location }) => location === path);
    const read = await files.readFile(path, signal);
    const data = own.length === 0 ? read : read.slice();
    for (const { offset, bytes } of own) data.set(bytes, offset);
    externalData.push({ path, data });
  }
  return { elements, externalData };
}

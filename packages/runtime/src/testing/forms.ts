import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { memoryBase, vectorJson } from "./vectors.js";

type Use = [peel: string, weight: number];
interface Kept {
  gain: number;
  error: number;
}

/** What the second implementation says of a form (training/vectors/make_form_vectors.py). */
export interface FormVector {
  digest: string;
  /** SHA-256 of the weights as float32 [K,N], by target path. */
  weights: Record<string, string>;
  merges: {
    uses: Use[];
    targets: {
      path: string;
      nearest: Kept & { sha256: string };
      dither: Kept & { sha256: string };
      promoted?: Kept & { values: string; scales: string };
    }[];
  }[];
  type: "float32" | "float16";
  x: string;
  shape: number[];
  /** The output that `outputs` are of. */
  name: string;
  outputs: { uses: Use[]; attached: string; merged: string; promoted?: string }[];
}

/** Names of the forms under forms/. */
export function formNames(): string[] {
  return readdirSync(fileURLToPath(new URL("../../../conformance/vectors/forms", import.meta.url))).sort();
}

/** Folder of a form. */
export function formFolder(name: string): string {
  return fileURLToPath(new URL(`../../../conformance/vectors/forms/${name}`, import.meta.url));
}

/** A tiny base of a form in memory, and what the second implementation says of it. */
export function memoryForm(name: string) {
  return { ...memoryBase(name, "forms"), expected: vectorJson<FormVector>(`forms/${name}/expected.json`) };
}

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { signSource } from "@banana-peel/client";
import { memorySource, type PeelSource } from "@banana-peel/format";
import type { SigningKey } from "@banana-peel/signer";
import { type VectorPeel, vectorPeelFiles } from "./vector-peel.js";

/** packages/conformance/vectors. */
export const VECTORS = fileURLToPath(new URL("../../../conformance/vectors/", import.meta.url));

/** A JSON file of the vectors. */
export function vectorJson<T>(path: string): T {
  return JSON.parse(readFileSync(VECTORS + path, "utf8")) as T;
}

/** float32 elements of base64 text. */
export function floats(text: string): Float32Array<ArrayBuffer> {
  return new Float32Array(new Uint8Array(Buffer.from(text, "base64")).buffer);
}

/** A peel of vectors/merge/peels.json, signed. */
export function signedPeel(name: string, key: SigningKey): Promise<PeelSource> {
  const peel = vectorJson<Record<string, VectorPeel>>("merge/peels.json")[name]!;
  const text = (value: string) => new TextEncoder().encode(value);
  const files = new Map([
    ...vectorPeelFiles(name, peel, (base64) => new Uint8Array(Buffer.from(base64, "base64"))),
    ["README.md", text(`# ${name}\n`)],
    ["LICENSE", text("CC0-1.0\n")],
  ]);
  return signSource(memorySource(files, name), key);
}

import { readdirSync, readFileSync } from "node:fs";
import { memorySource, readSafetensors, type Tensor, writeSafetensors } from "@banana-peel/format";
import { unsafeUnverifiedPeel } from "@banana-peel/signer/verify";
import * as ort from "onnxruntime-node";
import type { Base } from "../base/types.js";
import { openPeel } from "../peel/open-peel.js";
import type { LoadedPeel } from "../peel/types.js";
import { fromBase64, memoryBase, vectorJson } from "./vectors.js";

type Use = [peel: string, weight: number];
interface Kept {
  gain: number;
  error: number;
}

/** What the second implementation says of an exported model (training/vectors/exported/make.py). */
export interface ExportedVector {
  /** Name of the float model, under exported/nets. */
  net: string;
  digest: string;
  type: "float32" | "float16" | "int64";
  outputType: "float32" | "float16";
  /** SHA-256 of the weights as float32 [K,N], by target path. */
  weights: Record<string, string>;
  merges: {
    uses: Use[];
    targets: {
      path: string;
      erased: boolean;
      nearest: Kept & { sha256: string };
      dither: Kept & { sha256: string };
      promoted?: Kept & { values: string; scales: string };
    }[];
  }[];
  outputs: { uses: Use[]; attached: string; merged?: string; promoted?: string }[];
}

/** A float model: its peels, an input, and what it gives with each set of them. */
export interface ExportedNet {
  peels: Record<string, { rank: number; alpha: number }>;
  input: { type: string; shape: number[]; data: string };
  outputs: { uses: Use[]; float: string }[];
}

const ROOT = new URL("../../../conformance/vectors/exported/", import.meta.url);

/** Names of the models under exported/forms. */
export function exportedNames(): string[] {
  return readdirSync(new URL("forms", ROOT)).sort();
}

/** A model in memory, what it was made from, and what is expected of it. */
export function exportedBase(name: string) {
  const expected = vectorJson<ExportedVector>(`exported/forms/${name}/expected.json`);
  const net = vectorJson<ExportedNet>(`exported/nets/${expected.net}/net.json`);
  return { ...memoryBase(name, "exported/forms"), expected, net };
}

/** Peels of a net as PEFT saved them, with their names made canonical, opened for a base. */
export async function exportedPeel(
  { expected, net }: { expected: ExportedVector; net: ExportedNet },
  name: string,
  base: Pick<Base, "card" | "digest">,
): Promise<LoadedPeel> {
  const tensors = new Map<string, Tensor>();
  for (const file of ["adapter_model.safetensors", "extra.safetensors"]) {
    const path = new URL(`nets/${expected.net}/${name}/${file}`, ROOT);
    const bytes = file.startsWith("extra") ? optional(path) : readFileSync(path);
    if (bytes === undefined) continue;
    for (const [key, tensor] of readSafetensors(new Uint8Array(bytes), file).tensors)
      tensors.set(canonicalName(key), tensor);
  }
  const { rank, alpha } = net.peels[name]!;
  const manifest = {
    formatVersion: 1,
    name: `@test/${name}`,
    version: "1.0.0",
    description: "A test.",
    license: "CC0-1.0",
    adapters: [{ file: "adapter.safetensors", base: { family: "tiny", range: "^1.0.0" }, rank, alpha }],
  };
  const files = new Map([
    ["peel.json", new TextEncoder().encode(JSON.stringify(manifest))],
    ["adapter.safetensors", writeSafetensors(tensors)],
  ]);
  return openPeel(await unsafeUnverifiedPeel(memorySource(files, name)), base);
}

function optional(path: URL): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function canonicalName(name: string): string {
  return name.replace(/^base_model\.model\./, "").replace(/\.lora_embedding_([AB])$/, ".lora_$1.weight");
}

/** The input of a model, as it wants it. */
export function exportedInput({ expected, net }: { expected: ExportedVector; net: ExportedNet }): ort.Tensor {
  const { shape, data } = net.input;
  const { buffer } = fromBase64(data);
  if (expected.type === "int64") return new ort.Tensor("int64", new BigInt64Array(buffer), shape);
  const floats = new Float32Array(buffer);
  if (expected.type === "float32") return new ort.Tensor("float32", floats, shape);
  return new ort.Tensor("float16", Uint16Array.from(floats, toHalf), shape);
}

/** Elements of an output as numbers. */
export function asFloats(data: Float32Array | Uint16Array): Float32Array {
  if (data instanceof Float32Array) return data.slice();
  return Float32Array.from(data, (bits) => {
    const exponent = (bits >> 10) & 31;
    const size = exponent === 0 ? (bits & 1023) * 2 ** -24 : (1024 + (bits & 1023)) * 2 ** (exponent - 25);
    return bits & 0x8000 ? -size : size;
  });
}

/** An expected output as numbers. */
export function expectedFloats(text: string, type: "float32" | "float16"): Float32Array {
  const { buffer } = fromBase64(text);
  return asFloats(type === "float16" ? new Uint16Array(buffer) : new Float32Array(buffer));
}

/** The nearest float16 of a number of ordinary size, ties to even. */
function toHalf(value: number): number {
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  return sign + ((exponent + 15) << 10) + roundEven((size / 2 ** exponent - 1) * 1024);
}

function roundEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}

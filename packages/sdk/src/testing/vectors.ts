import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { signSource } from "@banana-peel/client";
import { memorySource, type PeelSource, type Tensor, writeSafetensors } from "@banana-peel/format";
import type { SigningKey } from "@banana-peel/signer";

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

interface VectorPeel {
  rank: number;
  alpha: number;
  targets: Record<string, { a: string; b: string }>;
}

/** A peel of vectors/merge/peels.json, signed. */
export function signedPeel(name: string, key: SigningKey): Promise<PeelSource> {
  const { rank, alpha, targets } = vectorJson<Record<string, VectorPeel>>("merge/peels.json")[name]!;
  const tensors = new Map<string, Tensor>();
  for (const [path, { a, b }] of Object.entries(targets)) {
    const tensor = (text: string, shape: (count: number) => number[]): Tensor => {
      const data = new Uint8Array(Buffer.from(text, "base64"));
      return { dtype: "F32", shape: shape(data.length / 4), data };
    };
    tensors.set(
      `${path}.lora_A.weight`,
      tensor(a, (count) => [rank, count / rank]),
    );
    tensors.set(
      `${path}.lora_B.weight`,
      tensor(b, (count) => [count / rank, rank]),
    );
  }
  const manifest = {
    formatVersion: 1,
    name: `@test/${name}`,
    version: "1.0.0",
    description: "A vector.",
    license: "CC0-1.0",
    adapters: [{ file: "adapter.safetensors", base: { family: "tiny", range: "^1.0.0" }, rank, alpha }],
  };
  const text = (value: string) => new TextEncoder().encode(value);
  const files = new Map([
    ["peel.json", text(JSON.stringify(manifest))],
    ["adapter.safetensors", writeSafetensors(tensors)],
    ["README.md", text(`# ${name}\n`)],
    ["LICENSE", text("CC0-1.0\n")],
  ]);
  return signSource(memorySource(files, name), key);
}

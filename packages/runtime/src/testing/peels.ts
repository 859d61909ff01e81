import { type AdapterEntry, memorySource, type Tensor, writeSafetensors } from "@banana-peel/format";
import { type UnsafePeel, unsafeUnverifiedPeel } from "@banana-peel/signer/verify";
import type { Base } from "../base/types.js";
import { openPeel } from "../peel/open-peel.js";
import type { LoadedPeel } from "../peel/types.js";
import { floats, vectorJson } from "./vectors.js";

/** lora_A [r,K] and lora_B [N,r] by target path. */
export type TestTargets = Record<string, { a: Float32Array; b: Float32Array }>;

interface VectorPeel {
  rank: number;
  alpha: number;
  targets: Record<string, { a: string; b: string }>;
}

const SIZES: Record<string, [k: number, n: number]> = { "layers.0.up": [24, 40], "layers.1.down": [40, 16] };

/** The targets of a peel of the vectors. */
export function vectorTargets(name: string): TestTargets & object {
  const { targets } = vectorJson<Record<string, VectorPeel>>("merge/peels.json")[name]!;
  return Object.fromEntries(
    Object.entries(targets).map(([path, { a, b }]) => [path, { a: floats(a), b: floats(b) }]),
  );
}

/** A peel in memory, opened by the unsafe opt-out. `entry` changes its one adapter entry. */
export async function testPeel(
  name: string,
  targets: TestTargets,
  rank: number,
  entry: Partial<AdapterEntry> = {},
  sizes = SIZES,
): Promise<UnsafePeel> {
  const tensors = new Map<string, Tensor>();
  for (const [path, { a, b }] of Object.entries(targets)) {
    const [k, n] = sizes[path] ?? [a.length / rank, b.length / rank];
    const tensor = (data: Float32Array, shape: number[]): Tensor => ({
      dtype: "F32",
      shape,
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    });
    tensors.set(`${path}.lora_A.weight`, tensor(a, [rank, k]));
    tensors.set(`${path}.lora_B.weight`, tensor(b, [n, rank]));
  }
  const manifest = {
    formatVersion: 1,
    name: `@test/${name}`,
    version: "1.0.0",
    description: "A test.",
    license: "CC0-1.0",
    adapters: [
      { file: "adapter.safetensors", base: { family: "tiny", range: "^1.0.0" }, rank, alpha: rank, ...entry },
    ],
  };
  const files = new Map([
    ["peel.json", new TextEncoder().encode(JSON.stringify(manifest))],
    ["adapter.safetensors", writeSafetensors(tensors)],
  ]);
  return unsafeUnverifiedPeel(memorySource(files, name));
}

/** A peel of the vectors, opened for a base. */
export async function vectorPeel(
  name: string,
  base: Pick<Base, "card" | "digest">,
  entry: Partial<AdapterEntry> = {},
): Promise<LoadedPeel> {
  const { rank, alpha } = vectorJson<Record<string, VectorPeel>>("merge/peels.json")[name]!;
  return openPeel(await testPeel(name, vectorTargets(name), rank, { alpha, ...entry }), base);
}

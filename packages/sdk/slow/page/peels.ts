import { type Tensor, writeSafetensors } from "@banana-peel/format";
import { type Base, memorySource, openPeel, type PeelUse, unsafeUnverifiedPeel } from "banana-sdk/web";
import { fetchJson, fromBase64 } from "./vectors.js";

/** Peels of vectors/merge/peels.json by name, or a signed one by its address, each with its weight. */
export type Uses = readonly (readonly [peel: string, weight: number])[];

interface VectorPeel {
  rank: number;
  alpha: number;
  targets: Record<string, { a: string; b: string }>;
}

/** The peels, opened for a base. */
export function vectorPeels(uses: Uses, base: Base): Promise<PeelUse[]> {
  return Promise.all(
    uses.map(async ([peel, weight]) => ({
      peel: peel.startsWith("/")
        ? await openPeel(peel, base, { anySigner: true })
        : await openPeel(await vectorPeel(peel), base),
      weight,
    })),
  );
}

let peels: Promise<Record<string, VectorPeel>> | undefined;

async function vectorPeel(name: string) {
  peels ??= fetchJson("/vectors/merge/peels.json");
  const { rank, alpha, targets } = (await peels)[name]!;
  const tensors = new Map<string, Tensor>();
  for (const [path, { a, b }] of Object.entries(targets)) {
    const tensor = (text: string, shape: (elements: number) => number[]): Tensor => {
      const data = fromBase64(text);
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
  const files = new Map([
    ["peel.json", new TextEncoder().encode(JSON.stringify(manifest))],
    ["adapter.safetensors", writeSafetensors(tensors)],
  ]);
  return unsafeUnverifiedPeel(memorySource(files, name));
}

import { type Tensor, writeSafetensors } from "@banana-peel/format";

/** A peel of packages/conformance/vectors/merge/peels.json: float32 elements of each target's matrices as bytes. */
export interface VectorPeel {
  readonly rank: number;
  readonly alpha: number;
  readonly targets: Readonly<Record<string, { readonly a: string; readonly b: string }>>;
}

/**
 * The manifest and the adapter of such a peel, by path; for Node and pages alike.
 * @param decode bytes of base64 text
 */
export function vectorPeelFiles(
  name: string,
  { rank, alpha, targets }: VectorPeel,
  decode: (text: string) => Uint8Array,
): Map<string, Uint8Array> {
  const tensors = new Map<string, Tensor>();
  for (const [path, { a, b }] of Object.entries(targets)) {
    const tensor = (text: string, shape: (elements: number) => number[]): Tensor => {
      const data = decode(text);
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
  return new Map([
    ["peel.json", new TextEncoder().encode(JSON.stringify(manifest))],
    ["adapter.safetensors", writeSafetensors(tensors)],
  ]);
}

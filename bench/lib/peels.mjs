import { memorySource, writeSafetensors } from "@banana-peel/format";
import { openPeel } from "@banana-peel/runtime";
import { unsafeUnverifiedPeel } from "@banana-peel/signer/verify";

/**
 * A peel on every target of a base, of made-up numbers that are small beside the weights.
 * @param base what openBase gave
 * @param rank rank of every target
 * @param seed peels of different seeds differ
 */
export async function madeUpPeel(base, rank, seed = 1) {
  const tensors = new Map();
  const random = numbers(seed);
  const matrix = (rows, columns) => {
    const data = Float32Array.from({ length: rows * columns }, () => 0.02 * (random() - 0.5));
    return { dtype: "F32", shape: [rows, columns], data: new Uint8Array(data.buffer) };
  };
  for (const { path, k, n } of base.card.targets) {
    tensors.set(`${path}.lora_A.weight`, matrix(rank, k));
    tensors.set(`${path}.lora_B.weight`, matrix(n, rank));
  }
  const manifest = {
    formatVersion: 1,
    name: `@bench/rank-${rank}-${seed}`,
    version: "1.0.0",
    description: "Made-up numbers.",
    license: "CC0-1.0",
    adapters: [
      { file: "adapter.safetensors", base: { family: base.card.family, range: "*" }, rank, alpha: rank },
    ],
  };
  const files = new Map([
    ["peel.json", new TextEncoder().encode(JSON.stringify(manifest))],
    ["adapter.safetensors", writeSafetensors(tensors)],
  ]);
  return openPeel(await unsafeUnverifiedPeel(memorySource(files, manifest.name)), base);
}

/** Numbers in [0, 1), the same for a seed always (mulberry32). */
export function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeSafetensors } from "@banana-peel/format";

const WIDTH = 4096;
const TARGETS = 64;

/** A base card of square targets, large enough for peels of any size. */
const card = {
  formatVersion: 1,
  family: "bench",
  version: "1.0.0",
  description: "A base for benchmarks.",
  license: "CC0-1.0",
  files: [{ path: "model.onnx", bytes: 1, sha256: "0".repeat(64) }],
  graphs: { backbone: { model: "model.onnx" } },
  targets: Array.from({ length: TARGETS }, (_, i) => ({
    path: `blocks.${i}.proj`,
    graph: "backbone",
    node: `proj${i}`,
    operator: "MatMul",
    k: WIDTH,
    n: WIDTH,
    layout: "kn",
    weight: `proj${i}.weight`,
    scheme: {
      form: "qdq",
      bits: 8,
      signed: true,
      granularity: "tensor",
      scale: `proj${i}.scale`,
      min: -127,
      max: 127,
    },
    input: `proj${i}.in`,
    output: `proj${i}.out`,
  })),
};

/** Writes the base's card into a folder. */
export async function writeSampleBase(folder) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "base.json"), JSON.stringify(card));
}

/**
 * The unsigned files of a valid peel for that base, of about `bytes` bytes of numbers that don't compress.
 * @param {{name: string, version?: string, bytes: number}} options
 * @returns {Map<string, Uint8Array>}
 */
export function samplePeel({ name, version = "1.0.0", bytes }) {
  // Two factors of a target at rank 1, as float32.
  const unit = 2 * 4 * WIDTH;
  const targets = Math.max(1, Math.min(TARGETS, Math.round(bytes / (unit * 128))));
  const rank = Math.max(1, Math.min(1024, Math.round(bytes / (unit * targets))));
  let state = 0x9e3779b9 ^ name.length ^ bytes;
  const numbers = (count) => {
    const words = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      // Random sign and fraction, an exponent of 2^-7: finite, and not zero.
      words[i] = (state & 0x807fffff) | (120 << 23);
    }
    return new Uint8Array(words.buffer);
  };
  const tensors = new Map();
  for (let i = 0; i < targets; i++) {
    tensors.set(`blocks.${i}.proj.lora_A.weight`, {
      dtype: "F32",
      shape: [rank, WIDTH],
      data: numbers(rank * WIDTH),
    });
    tensors.set(`blocks.${i}.proj.lora_B.weight`, {
      dtype: "F32",
      shape: [WIDTH, rank],
      data: numbers(rank * WIDTH),
    });
  }
  const manifest = {
    formatVersion: 1,
    name,
    version,
    description: "A peel for benchmarks.",
    license: "CC0-1.0",
    adapters: [
      { file: "adapter.safetensors", base: { family: "bench", range: "^1.0.0" }, rank, alpha: rank },
    ],
  };
  const text = (value) => new TextEncoder().encode(value);
  return new Map([
    ["LICENSE", text("CC0 1.0 Universal\n")],
    ["README.md", text(`# ${name}\n\nA peel for benchmarks.\n`)],
    ["adapter.safetensors", writeSafetensors(tensors)],
    ["peel.json", text(`${JSON.stringify(manifest, null, 2)}\n`)],
  ]);
}

// The peel that every case is a variation of, and the base card that it fits.
import { createHash } from "node:crypto";
import { f32, safetensors } from "./bytes.mjs";

const EMPTY_SHA256 = createHash("sha256").update("").digest("hex");
const scheme = (name) => ({
  form: "qdq",
  bits: 8,
  signed: true,
  granularity: "channel",
  axis: 1,
  scale: `${name}_scale`,
  min: -127,
  max: 127,
});
const target = (path, k, n) => ({
  path,
  graph: "backbone",
  node: `/${path}/MatMul`,
  operator: "MatMul",
  k,
  n,
  layout: "kn",
  weight: `${path}.weight`,
  scheme: scheme(`${path}.weight`),
  input: `/${path}/input`,
  output: `/${path}/output`,
});

/** A card without its files: the validator reads the card only. */
export const baseCard = {
  formatVersion: 1,
  family: "case",
  version: "1.2.0",
  title: "Case base",
  description: "The base that the conformance cases are made for. Its files don't exist.",
  license: "CC0-1.0",
  files: ["backbone.onnx", "decoder.onnx", "embedding.safetensors", "vocabulary.json"].map((path) => ({
    path,
    bytes: 0,
    sha256: EMPTY_SHA256,
  })),
  graphs: { backbone: { model: "backbone.onnx" }, decoder: { model: "decoder.onnx" } },
  targets: [target("blocks.0.attn.q_proj", 4, 6), target("blocks.0.mlp.up", 4, 8)],
  image: {
    size: 16,
    backbone: "backbone",
    decoder: "decoder",
    latent: { tokens: 4, channels: 2 },
    conditioning: { rows: 4, width: 3, vocabulary: "vocabulary.json", embedding: "embedding.safetensors" },
    sampler: {
      kind: "consistency",
      schedules: { 1: [1], 2: [1, 0.5] },
      defaultSteps: 2,
      guidance: { default: 1, min: 0, max: 4 },
    },
  },
};

/** The base digest, as docs/specification/base.md says and `sha256sum | sha256sum` makes it. */
export const baseDigest = `sha256:${createHash("sha256")
  .update(baseCard.files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join(""))
  .digest("hex")}`;

/** Values 1/8, 2/8, ...: exact in every float type. */
const ramp = (count, start = 1) => Array.from({ length: count }, (_, index) => (start + index) / 8);

/** A pair of factors for a target. */
export function pair(path, rank, k, n) {
  return {
    [`${path}.lora_A.weight`]: ["F32", [rank, k], f32(ramp(rank * k))],
    [`${path}.lora_B.weight`]: ["F32", [n, rank], f32(ramp(n * rank, 3))],
  };
}

export const Q_PROJ = "blocks.0.attn.q_proj";
/** The tensors of the usual adapter: one target, rank 2. */
export const tensors = () => pair(Q_PROJ, 2, 4, 6);

export const manifest = (changes = {}) => ({
  formatVersion: 1,
  name: "@cases/peel",
  version: "1.0.0",
  description: "A conformance case.",
  license: "CC0-1.0",
  adapters: [adapterEntry()],
  ...changes,
});

export const adapterEntry = (changes = {}) => ({
  file: "adapter.safetensors",
  base: { family: "case", range: "^1.0.0" },
  rank: 2,
  alpha: 2,
  ...changes,
});

export const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

/** The files of the usual peel, with changes by path; undefined removes a file. */
export function peel(changes = {}) {
  return {
    "peel.json": json(manifest()),
    "adapter.safetensors": safetensors(tensors()),
    "README.md": "# A conformance case\n",
    LICENSE: "CC0-1.0: https://creativecommons.org/publicdomain/zero/1.0/\n",
    ...changes,
  };
}

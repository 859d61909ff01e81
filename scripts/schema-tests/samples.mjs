// Documents that follow each schema: `full` has every property that the schema knows, `minimal` only the required ones.
const sha = "0123456789abcdef".repeat(4);
const digest = `sha256:${sha}`;

const adapter = {
  file: "adapter.safetensors",
  base: { family: "nano", range: "^1.0.0" },
  rank: 8,
  alpha: 16,
};
const peel = {
  formatVersion: 1,
  name: "@peels/medical-imaging",
  version: "1.0.0",
  description: "Draws radiographs.",
  license: "CC-BY-4.0",
  adapters: [adapter],
};

const scheme = {
  form: "qdq",
  bits: 8,
  signed: true,
  granularity: "channel",
  scale: "w_scale",
  min: -127,
  max: 127,
};
const target = {
  path: "blocks.0.attn.q_proj",
  graph: "backbone",
  node: "/blocks.0/q_proj/MatMul",
  operator: "MatMul",
  k: 64,
  n: 32,
  layout: "kn",
  weight: "blocks.0.attn.q_proj.weight",
  scheme,
  input: "/blocks.0/norm",
  output: "/blocks.0/q_proj",
};
const base = {
  formatVersion: 1,
  family: "nano",
  version: "1.0.0",
  description: "A base.",
  license: "Apache-2.0",
  files: [{ path: "backbone.onnx", bytes: 1, sha256: sha }],
  graphs: { backbone: { model: "backbone.onnx" } },
  targets: [],
};

const locked = {
  version: "1.0.0",
  registry: "https://registry.example.com/",
  integrity: `sha512-${"A".repeat(86)}==`,
  signer: digest,
  adapters: [{ file: "adapter.safetensors", family: "nano", version: "1.0.0", digest }],
};

export const samples = {
  peel: {
    minimal: peel,
    full: {
      $schema: "https://example.com/peel.schema.json",
      ...peel,
      title: "Medical imaging",
      keywords: ["x-ray"],
      authors: [{ name: "Ada", email: "ada@example.com", url: "https://example.com" }],
      credits: [
        {
          title: "A work",
          author: "Someone",
          license: "CC0-1.0",
          url: "https://example.com",
          notice: "Thanks.",
        },
      ],
      notice: "Never for diagnosis.",
      adapters: [
        {
          ...adapter,
          base: { ...adapter.base, digest },
          training: { method: "merge-aware", scheme: "int8" },
          weight: { default: 1, min: 0, max: 2 },
        },
      ],
      triggers: [{ word: "x-ray", description: "A radiograph.", embedding: true }],
      previews: [
        { file: "previews/hand.png", alt: "A hand.", prompt: "x-ray, hand", seed: 1, steps: 2, weight: 1 },
      ],
      dependencies: { "@peels/bones": "^1.0.0" },
      conflicts: { "@peels/oil-paint": "<2.0.0" },
      roles: ["style"],
    },
  },
  base: {
    minimal: base,
    full: {
      $schema: "https://example.com/base.schema.json",
      ...base,
      title: "Nano",
      graphs: { backbone: { model: "backbone.onnx", externalData: ["backbone.data"] } },
      targets: [
        {
          ...target,
          kernel: [3, 3],
          groups: 2,
          scheme: { ...scheme, granularity: "block", axis: 0, blockSize: 32, zeroPoint: "w_zero" },
        },
      ],
      moments: { path: "moments.safetensors", bytes: 1, sha256: "0".repeat(64) },
      image: {
        size: 96,
        backbone: "backbone",
        decoder: "decoder",
        latent: { tokens: 144, channels: 8 },
        conditioning: {
          rows: 16,
          width: 64,
          vocabulary: "vocabulary.json",
          embedding: "embedding.safetensors",
        },
        sampler: {
          kind: "consistency",
          schedules: { 2: [1, 0.5] },
          defaultSteps: 2,
          guidance: { default: 1.5, min: 0, max: 4 },
        },
      },
    },
  },
  project: {
    minimal: { formatVersion: 1 },
    full: {
      $schema: "https://example.com/project.schema.json",
      formatVersion: 1,
      bases: ["bases/nano"],
      peels: { "@peels/medical-imaging": "^1.0.0" },
      overrides: { "@peels/bones": "1.0.0" },
      sharedRoles: ["style"],
      trust: { "@peels/*": [digest] },
    },
  },
  lock: {
    minimal: { lockVersion: 1, peels: {} },
    full: {
      lockVersion: 1,
      peels: { "@peels/medical-imaging": { ...locked, dependencies: { "@peels/bones": "^1.0.0" } } },
    },
  },
};

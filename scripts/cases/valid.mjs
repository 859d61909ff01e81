// Peels that must be accepted. Each: name, why it must pass, the rules that may warn, the files.
import { f32, png, safetensors, safetensorsRaw, u16 } from "./bytes.mjs";
import { adapterEntry, baseDigest, json, manifest, pair, peel, Q_PROJ, tensors } from "./peel.mjs";

const full = manifest({
  $schema: "https://example.com/peel.schema.json",
  title: "Full",
  keywords: ["case", "all-fields"],
  authors: [{ name: "Ada", email: "ada@example.com", url: "https://example.com" }, { name: "Grace" }],
  credits: [{ title: "A work", author: "Someone", license: "CC-BY-4.0", url: "https://example.com/work" }],
  notice: "For tests only.",
  adapters: [
    adapterEntry({
      base: { family: "case", range: "^1.0.0", digest: baseDigest },
      training: { method: "merge-aware", scheme: "int8" },
      weight: { default: 1, min: -1, max: 2 },
    }),
  ],
  triggers: [{ word: "red-cross", description: "A mark.", embedding: true }, { word: "plain" }],
  previews: [
    { file: "previews/one.png", alt: "A grey square.", prompt: "red-cross", seed: 7, steps: 2, weight: 1 },
  ],
  dependencies: { "@cases/lines": "^1.0.0 || >=3.0.0-rc.1 <4" },
  conflicts: { "@cases/oil-paint": "*" },
  roles: ["style"],
});

const fullPackage = {
  name: "@cases/peel",
  version: "1.0.0",
  description: "A conformance case.",
  license: "CC0-1.0",
  keywords: ["banana-peel", "case", "all-fields"],
  author: { name: "Ada", email: "ada@example.com", url: "https://example.com" },
  contributors: [{ name: "Grace" }],
  bananaPeel: {
    formatVersion: 1,
    title: "Full",
    adapters: [{ family: "case", range: "^1.0.0", digest: baseDigest }],
    dependencies: { "@cases/lines": "^1.0.0 || >=3.0.0-rc.1 <4" },
    conflicts: { "@cases/oil-paint": "*" },
    roles: ["style"],
  },
};

const reordered = JSON.stringify({
  [`${Q_PROJ}.lora_B.weight`]: { data_offsets: [32, 80], shape: [6, 2], dtype: "F32" },
  [`${Q_PROJ}.lora_A.weight`]: { dtype: "F32", shape: [2, 4], data_offsets: [0, 32] },
});

export const valid = [
  ["minimal", "It has the required files and fields and nothing else.", [], peel()],
  [
    "full",
    "It uses every field and every kind of file, and its package.json is the one that peel.json gives.",
    [],
    peel({
      "peel.json": json(full),
      "package.json": json(fullPackage),
      "adapter.safetensors": safetensors(
        { ...tensors(), "trigger.red-cross.embedding": ["F32", [2, 3], f32([1, 2, 3, 4, 5, 6])] },
        { format: "pt" },
      ),
      "previews/one.png": png(),
      NOTICE: "A work, by Someone, CC BY 4.0.\n",
      "docs/training.md": "How it was made.\n",
    }),
  ],
  [
    "half-precision",
    "Adapters may be F16 and BF16, mixed in one file; the largest finite F16 (0x7bff) and a subnormal (0x0001) are finite.",
    [],
    peel({
      "adapter.safetensors": safetensors({
        [`${Q_PROJ}.lora_A.weight`]: [
          "F16",
          [2, 4],
          u16([0x7bff, 1, 0x3c00, 0xbc00, 0, 0x8000, 0x3800, 0x3400]),
        ],
        [`${Q_PROJ}.lora_B.weight`]: ["BF16", [6, 2], u16(new Array(12).fill(0x3f80))],
      }),
    }),
  ],
  [
    "header-order",
    "A safetensors header may list tensors and fields in any order and need not be padded; offsets decide.",
    [],
    peel({
      "adapter.safetensors": safetensorsRaw(
        reordered,
        f32(Array.from({ length: 20 }, (_, index) => index + 1)),
      ),
    }),
  ],
  [
    "relations-empty",
    "Empty dependencies, conflicts and roles say what their absence says; package.json leaves them out.",
    [],
    peel({
      "peel.json": json(manifest({ dependencies: {}, conflicts: {}, roles: [] })),
      "package.json": json({
        name: "@cases/peel",
        version: "1.0.0",
        description: "A conformance case.",
        license: "CC0-1.0",
        keywords: ["banana-peel"],
        bananaPeel: { formatVersion: 1, adapters: [{ family: "case", range: "^1.0.0" }] },
      }),
    }),
  ],
  [
    "two-bases",
    "A peel may hold an adapter for each of several bases. No card of the second family is at hand, which is a warning.",
    ["peel/base-unknown"],
    peel({
      "peel.json": json(
        manifest({
          adapters: [
            adapterEntry(),
            adapterEntry({ file: "other.safetensors", base: { family: "other", range: "2.x" }, rank: 3 }),
          ],
        }),
      ),
      "other.safetensors": safetensors(pair("encoder.layer.0.key", 3, 5, 7)),
    }),
  ],
  [
    "ranks-differ",
    "Targets may have ranks of their own; peel.json names the largest. A target with B A = 0 is a warning.",
    ["peel/zero-target"],
    peel({
      "adapter.safetensors": safetensors({
        ...tensors(),
        "blocks.0.mlp.up.lora_A.weight": ["F32", [1, 4], f32([1, 1, 1, 1])],
        "blocks.0.mlp.up.lora_B.weight": ["F32", [8, 1], f32(new Array(8).fill(0))],
      }),
    }),
  ],
];

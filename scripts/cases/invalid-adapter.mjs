// Peels that must be refused for what their adapter file is or holds.
import { concat, f32, safetensors, safetensorsRaw, u16 } from "./bytes.mjs";
import { adapterEntry, json, manifest, pair, peel, Q_PROJ, tensors } from "./peel.mjs";

const A = `${Q_PROJ}.lora_A.weight`;
const B = `${Q_PROJ}.lora_B.weight`;
const good = safetensors(tensors());
const withBytes = (bytes) => peel({ "adapter.safetensors": bytes });
const withTensors = (changes) => withBytes(safetensors({ ...tensors(), ...changes }));
const entry = (dtype, shape, begin, end) => ({ dtype, shape, data_offsets: [begin, end] });
const withHeader = (header, bytes = 80) =>
  withBytes(
    safetensorsRaw(
      typeof header === "string" ? header : JSON.stringify(header),
      f32(new Array(bytes / 4).fill(1)),
    ),
  );
const a = entry("F32", [2, 4], 0, 32);
const b = entry("F32", [6, 2], 32, 80);
const mark = (shape, count) => ({ "trigger.mark.embedding": ["F32", shape, f32(new Array(count).fill(1))] });
const withMark = (shape, count) => ({
  ...withTensors(mark(shape, count)),
  "peel.json": json(manifest({ triggers: [{ word: "mark", embedding: true }] })),
});

export const invalidAdapter = [
  [
    "adapter-missing",
    "The adapter's file is not there.",
    ["peel/adapter-missing"],
    peel({ "adapter.safetensors": undefined }),
  ],
  [
    "adapter-empty",
    "The adapter's file has no bytes.",
    ["peel/adapter-safetensors"],
    withBytes(new Uint8Array()),
  ],
  [
    "adapter-cut-short",
    "The last byte is missing.",
    ["peel/adapter-safetensors"],
    withBytes(good.slice(0, -1)),
  ],
  [
    "adapter-trailing-byte",
    "One byte follows the last tensor.",
    ["peel/adapter-safetensors"],
    withBytes(concat(good, [0])),
  ],
  [
    "header-length-huge",
    "The header claims 2^63 bytes.",
    ["peel/adapter-safetensors"],
    withBytes(concat([0, 0, 0, 0, 0, 0, 0, 0x80], good.slice(8))),
  ],
  ["header-not-json", "The header is not JSON.", ["peel/adapter-safetensors"], withHeader("{dtype}")],
  [
    "header-duplicate-tensor",
    "The header names a tensor twice.",
    ["peel/adapter-safetensors"],
    withHeader(
      `{${JSON.stringify(A)}:${JSON.stringify(a)},${JSON.stringify(A)}:${JSON.stringify(a)},${JSON.stringify(B)}:${JSON.stringify(b)}}`,
    ),
  ],
  [
    "header-overlap",
    "Two tensors share bytes.",
    ["peel/adapter-safetensors"],
    withHeader({ [A]: a, [B]: entry("F32", [6, 2], 28, 76) }, 76),
  ],
  [
    "header-hole",
    "Four bytes belong to no tensor.",
    ["peel/adapter-safetensors"],
    withHeader({ [A]: a, [B]: entry("F32", [6, 2], 36, 84) }, 84),
  ],
  [
    "header-size-wrong",
    "A tensor's bytes are fewer than its shape needs.",
    ["peel/adapter-safetensors"],
    withHeader({ [A]: entry("F32", [3, 4], 0, 32), [B]: b }),
  ],
  [
    "header-shape-overflow",
    "A shape's product is beyond 2^53, and would wrap to the right size in 64 bits.",
    ["peel/adapter-safetensors"],
    withHeader({ [A]: entry("F32", [2 ** 32, 2 ** 32], 0, 0), [B]: entry("F32", [6, 2], 0, 48) }, 48),
  ],
  [
    "header-offset-negative",
    "An offset is below 0.",
    ["peel/adapter-safetensors"],
    withHeader({ [A]: entry("F32", [2, 4], -32, 0), [B]: entry("F32", [6, 2], 0, 48) }, 48),
  ],
  [
    "header-metadata-number",
    "Metadata is text.",
    ["peel/adapter-safetensors"],
    withHeader({ __metadata__: { rank: 2 }, [A]: a, [B]: b }),
  ],
  [
    "header-metadata-null",
    "Metadata is an object.",
    ["peel/adapter-safetensors"],
    withHeader({ __metadata__: null, [A]: a, [B]: b }),
  ],
  [
    "tensor-peft-names",
    "The names are PEFT's, with their prefix; canonical names have none.",
    ["peel/target-unknown"],
    withBytes(safetensors(pair(`base_model.model.${Q_PROJ}`, 2, 4, 6))),
  ],
  [
    "tensor-kohya-names",
    "The names are kohya's.",
    ["peel/adapter-tensors"],
    withBytes(
      safetensors({
        "lora_unet_q.lora_down.weight": ["F32", [2, 4], f32(new Array(8).fill(1))],
        "lora_unet_q.lora_up.weight": ["F32", [6, 2], f32(new Array(12).fill(1))],
      }),
    ),
  ],
  [
    "tensor-b-missing",
    "A target has lora_A only.",
    ["peel/adapter-tensors"],
    withBytes(safetensors({ [A]: tensors()[A] })),
  ],
  [
    "tensor-transposed",
    "lora_B is [r,N] instead of [N,r].",
    ["peel/adapter-tensors"],
    withTensors({ [B]: ["F32", [2, 6], f32(new Array(12).fill(1))] }),
  ],
  [
    "tensor-convolution",
    "The kernel of a convolution is in lora_A only.",
    ["peel/adapter-tensors"],
    withTensors({ [B]: ["F32", [6, 2, 3, 3], f32(new Array(108).fill(1))] }),
  ],
  [
    "tensor-kernel-of-four",
    "Kernels have at most three sizes.",
    ["peel/adapter-tensors"],
    withTensors({ [A]: ["F32", [2, 4, 1, 1, 1, 1], f32(new Array(8).fill(1))] }),
  ],
  [
    "base-kernel",
    "As many numbers as the target has, but for a convolution.",
    ["peel/base-shape"],
    withTensors({ [A]: ["F32", [2, 2, 2], f32(new Array(8).fill(1))] }),
  ],
  [
    "tensor-int8",
    "Canonical factors are floats.",
    ["peel/adapter-tensors"],
    withTensors({ [A]: ["I8", [2, 4], new Uint8Array(8).fill(1)] }),
  ],
  [
    "tensor-extra",
    "A tensor that no target needs.",
    ["peel/adapter-tensors"],
    withTensors({ "blocks.0.norm.weight": ["F32", [4], f32([1, 1, 1, 1])] }),
  ],
  [
    "tensor-none",
    "There is an embedding, but no target.",
    ["peel/adapter-tensors"],
    { ...withMark([1, 3], 3), "adapter.safetensors": safetensors(mark([1, 3], 3)) },
  ],
  [
    "tensor-nan",
    "One value is NaN.",
    ["peel/nan"],
    withTensors({ [A]: ["F32", [2, 4], f32([1, 2, 3, Number.NaN, 5, 6, 7, 8])] }),
  ],
  [
    "tensor-infinity-f16",
    "One F16 value (0x7c00) is infinite: an overflow while saving.",
    ["peel/nan"],
    withTensors({ [A]: ["F16", [2, 4], u16([1, 2, 3, 0x7c00, 5, 6, 7, 8])] }),
  ],
  [
    "effect-zero",
    "lora_B is zero everywhere, as before training.",
    ["peel/zero-effect"],
    withTensors({ [B]: ["F32", [6, 2], f32(new Array(12).fill(0))] }),
  ],
  [
    "effect-zero-by-halves",
    "Row 0 of A and column 1 of B are zero: no rank is left.",
    ["peel/zero-effect"],
    withTensors({
      [A]: ["F32", [2, 4], f32([0, 0, 0, 0, 1, 1, 1, 1])],
      [B]: ["F32", [6, 2], f32(Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? 1 : -0)))],
    }),
  ],
  [
    "rank-mismatch",
    "peel.json says rank 4, the adapter has 2.",
    ["peel/rank-mismatch"],
    peel({ "peel.json": json(manifest({ adapters: [adapterEntry({ rank: 4 })] })) }),
  ],
  [
    "base-target-unknown",
    "The base has no such target.",
    ["peel/target-unknown"],
    withBytes(safetensors(pair("blocks.9.attn.q_proj", 2, 4, 6))),
  ],
  [
    "base-shape-k",
    "The target has 4 input features, the adapter 5.",
    ["peel/base-shape"],
    withBytes(safetensors(pair(Q_PROJ, 2, 5, 6))),
  ],
  [
    "base-shape-swapped",
    "The factors are for the transposed weight.",
    ["peel/base-shape"],
    withBytes(safetensors(pair(Q_PROJ, 2, 6, 4))),
  ],
  [
    "trigger-embedding-width",
    "The embedding has 4 columns, the base's conditioning 3.",
    ["peel/trigger-embedding-width"],
    withMark([1, 4], 4),
  ],
  [
    "trigger-embedding-rows",
    "The embedding has 5 rows, the base's conditioning 4.",
    ["peel/trigger-embedding-width"],
    withMark([5, 3], 15),
  ],
];

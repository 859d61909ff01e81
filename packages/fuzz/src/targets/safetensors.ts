import { readAdapter, readSafetensors } from "@banana-peel/format";
import { importAdapter } from "@banana-peel/importer";
import { concat, mutateBytes } from "../mutate/bytes.js";
import { mutateJson } from "../mutate/json.js";
import type { Random } from "../random.js";
import { inEach } from "./samples.js";
import { decode, encode, type FuzzTarget } from "./target.js";

/** Changes the header as JSON and says its new length, or the file as bytes. */
function mutateSafetensors(sample: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  if (sample.length < 8 || random.once(3)) return mutateBytes(sample, random, other);
  const length = Number(new DataView(sample.buffer, sample.byteOffset).getBigUint64(0, true));
  const header = encode(mutateJson(decode(sample.subarray(8, 8 + length)), random));
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(header.length), true);
  return concat(size, header, sample.subarray(Math.min(sample.length, 8 + length)));
}

const LORAS = "packages/conformance/vectors/importer";
const loras = async () => [
  ...(await inEach(LORAS, "files/lora.safetensors")),
  ...(await inEach(LORAS, "files/pytorch_lora_weights.safetensors")),
];
const targets = ["blocks.0.attn.to_q", "blocks.0.attn.to_k", "layers.0.q_proj"].map((path) => ({
  path,
  n: 16,
  k: 12,
}));
const base = { targets } as unknown as Parameters<typeof importAdapter>[0]["base"];

export const safetensors: readonly FuzzTarget[] = [
  {
    name: "safetensors",
    seeds: () => inEach(LORAS, "delta.safetensors"),
    mutate: mutateSafetensors,
    read: (bytes) => readSafetensors(bytes, "fuzz.safetensors"),
  },
  {
    name: "adapter",
    seeds: async () => [
      ...(await inEach("packages/conformance/cases/valid", "peel/adapter.safetensors")),
      ...(await inEach("packages/conformance/cases/invalid", "peel/adapter.safetensors")),
    ],
    mutate: mutateSafetensors,
    read: (bytes) => readAdapter(bytes, "fuzz.safetensors"),
  },
  {
    name: "lora",
    seeds: loras,
    mutate: mutateSafetensors,
    read: (bytes) =>
      importAdapter({ files: new Map([["lora.safetensors", bytes]]), base, options: { partial: true } }),
  },
  {
    name: "adapter_config.json",
    seeds: () => inEach(LORAS, "files/adapter_config.json"),
    mutate: (sample, random, other) =>
      random.once(5) ? mutateBytes(sample, random, other) : encode(mutateJson(decode(sample), random)),
    async read(bytes) {
      const weights = (await inEach(LORAS, "files/adapter_model.safetensors"))[0]!;
      await importAdapter({
        files: new Map([
          ["adapter_model.safetensors", weights],
          ["adapter_config.json", bytes],
        ]),
        base,
        options: { partial: true },
      });
    },
  },
];

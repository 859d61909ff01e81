import { readAdapter, readSafetensors } from "@banana-peel/format";
import { concat, mutateBytes } from "../mutate/bytes.js";
import { mutateJson } from "../mutate/json.js";
import type { Random } from "../random.js";
import { inEach } from "./samples.js";
import { decode, encode, type FuzzTarget } from "./target.js";

/** Changes the header as JSON and says its new length, or the file as bytes. */
export function mutateSafetensors(sample: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  if (sample.length < 8 || random.once(3)) return mutateBytes(sample, random, other);
  const length = Number(new DataView(sample.buffer, sample.byteOffset).getBigUint64(0, true));
  const header = encode(mutateJson(decode(sample.subarray(8, 8 + length)), random));
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(header.length), true);
  return concat(size, header, sample.subarray(Math.min(sample.length, 8 + length)));
}

const LORAS = "packages/conformance/vectors/importer";

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
];

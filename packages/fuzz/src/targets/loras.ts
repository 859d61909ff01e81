import { isBananaError, type Tensor, writeSafetensors } from "@banana-peel/format";
import { importAdapter } from "@banana-peel/importer";
import { mutateBytes } from "../mutate/bytes.js";
import { mutateJson } from "../mutate/json.js";
import { mutateText } from "../mutate/text.js";
import type { Random } from "../random.js";
import { mutateSafetensors } from "./safetensors.js";
import { files, inEach } from "./samples.js";
import { decode, encode, type FuzzTarget } from "./target.js";

const LORAS = "packages/conformance/vectors/importer";
const N = 16;
const K = 12;
const targets = ["blocks.0.attn.to_q", "blocks.0.attn.to_k", "layers.0.q_proj"];

/** Imports a LoRA of these files for a base of these targets. */
function read(named: Readonly<Record<string, Uint8Array>>, paths: readonly string[] = targets) {
  const base = { targets: paths.map((path) => ({ path, n: N, k: K })) } as unknown as Parameters<
    typeof importAdapter
  >[0]["base"];
  return importAdapter({ files: new Map(Object.entries(named)), base, options: { partial: true } });
}

function mutateDocument(sample: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  return random.once(5) ? mutateBytes(sample, random, other) : encode(mutateJson(decode(sample), random));
}

function ones(rows: number, columns: number): Tensor {
  const data = new Uint8Array(new Float32Array(rows * columns).fill(1).buffer);
  return { dtype: "F32", shape: [rows, columns], data };
}

/** What a configuration of each kind of PEFT's says. */
const KINDS = ["LORA", "LOHA", "LOKR", "ADALORA", "VERA"].map((kind) =>
  encode(JSON.stringify({ peft_type: kind, r: 2, alpha: 2, lora_alpha: 2, init_r: 2 })),
);

/** Paths of targets in the tables of FLUX's and SDXL's names. */
async function tables(): Promise<{ names: string[]; paths: string[] }[]> {
  const found = await files(`${LORAS}/names/flux.json`, `${LORAS}/names/sdxl.json`);
  return found.map((bytes) => {
    const rows = JSON.parse(decode(bytes)) as [string, ...unknown[]][];
    const last = rows.map((row) => row.at(-1) as string | [string, number, number][]);
    return {
      names: rows.map(([name]) => name),
      paths: last.flatMap((paths) => (typeof paths === "string" ? [paths] : paths.map(([path]) => path))),
    };
  });
}
let paths: Promise<string[]> | undefined;

export const loras: readonly FuzzTarget[] = [
  {
    name: "lora",
    seeds: async () => [
      ...(await inEach(LORAS, "files/lora.safetensors")),
      ...(await inEach(LORAS, "files/pytorch_lora_weights.safetensors")),
    ],
    mutate: mutateSafetensors,
    read: (bytes) => read({ "lora.safetensors": bytes }),
  },
  {
    name: "adapter_config.json",
    seeds: () => inEach(LORAS, "files/adapter_config.json"),
    mutate: mutateDocument,
    async read(bytes) {
      const weights = (await inEach(LORAS, "files/adapter_model.safetensors"))[0]!;
      await read({ "adapter_model.safetensors": weights, "adapter_config.json": bytes });
    },
  },
  {
    name: "adapter_model.safetensors",
    seeds: () => inEach(LORAS, "files/adapter_model.safetensors"),
    mutate: mutateSafetensors,
    async read(bytes) {
      for (const config of KINDS)
        try {
          await read({ "adapter_model.safetensors": bytes, "adapter_config.json": config });
        } catch (error) {
          if (!isBananaError(error)) throw error;
        }
    },
  },
  {
    name: "lora_adapter_metadata",
    seeds: () => inEach(LORAS, "files/adapter_config.json").then((all) => all.map(prefixed)),
    mutate: mutateDocument,
    read(bytes) {
      const tensors = new Map([
        ["unet.layers.0.q_proj.lora_A.weight", ones(2, K)],
        ["unet.layers.0.q_proj.lora_B.weight", ones(N, 2)],
      ]);
      const weights = writeSafetensors(tensors, { lora_adapter_metadata: decode(bytes) });
      return read({ "pytorch_lora_weights.safetensors": weights });
    },
  },
  {
    name: "lora-names",
    seeds: async () =>
      (await tables()).flatMap(({ names }) => pages(names).map((page) => encode(page.join("\n")))),
    mutate: (sample, random) => encode(mutateText(decode(sample), random)),
    async read(bytes) {
      paths ??= tables().then((all) => all.flatMap((table) => table.paths));
      const tensors = new Map<string, Tensor>();
      for (const name of decode(bytes).split("\n")) {
        tensors.set(`${name}.lora_down.weight`, ones(2, K));
        tensors.set(`${name}.lora_up.weight`, ones(N, 2));
      }
      await read({ "lora.safetensors": writeSafetensors(tensors) }, [...new Set(await paths)]);
    },
  },
];

/** PEFT's configuration as diffusers writes it into a file: each key behind the component's name. */
function prefixed(bytes: Uint8Array): Uint8Array {
  const options = Object.entries(JSON.parse(decode(bytes)) as object);
  return encode(JSON.stringify(Object.fromEntries(options.map(([key, value]) => [`unet.${key}`, value]))));
}

/** Pieces of a list, of twenty each. */
function pages(names: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(names.length / 20) }, (_, i) => names.slice(20 * i, 20 * i + 20));
}

import { parseJson } from "@banana-peel/format";
import { scalar } from "../delta/matrix.js";
import { invalid } from "../errors.js";
import type { Importer, LoraFiles } from "../importer.js";
import { IMPORT_LIMITS } from "../limits.js";
import { splitDotted } from "../names/module-name.js";
import { peftKey, readPeftTensors } from "./peft.js";
import { loraConfig, type PeftConfig } from "./peft-config.js";

/** Metadata key of the PEFT configuration, its options prefixed by component (loaders/lora_base.py). */
const METADATA = "lora_adapter_metadata";
const LORA = /(?:\.lora(?:_linear_layer)?\.(?:down|up)|_lora\.(?:down|up)|\.lora_[AB])(?:\.[^.]+)?\.weight$/;
const PROCESSOR = /\.processor\./;

/**
 * diffusers' own LoRA files, new and old: <component>.X.lora_A.weight, .lora.down.weight, .lora_linear_layer.down,
 * and the attention processors' .processor.to_q_lora.down.weight (utils/state_dict_utils.py). No alpha means scale 1;
 * lora_adapter_metadata in the file holds the training's PEFT configuration.
 */
export const diffusers: Importer = {
  id: "diffusers",
  title: "diffusers",
  detect: ({ tensors, config }) =>
    config === undefined &&
    [...tensors.keys()].some((name) => LORA.test(name) && !name.startsWith("base_model.")),
  read(files) {
    const configs = metadataConfigs(files);
    const alphas = new Map<string, number>();
    const tensors = new Map(
      [...files.tensors].filter(([name, tensor]) => {
        if (!name.endsWith(".alpha")) return true;
        alphas.set(modern(name.slice(0, -".alpha".length)), scalar(tensor, `${files.label}: ${name}`));
        return false;
      }),
    );
    const used = new Set<string>();
    const read = readPeftTensors(
      { ...files, tensors },
      (module) => {
        const path = splitDotted(module);
        const alpha = alphas.get(module);
        used.add(module);
        const prefix = module.slice(0, module.length - path.text.length - 1);
        const config = alpha === undefined ? configs.get(prefix) : alphaConfig(alpha);
        return { path, config, configPath: path.text };
      },
      (name) => peftKey(modern(name)),
    );
    for (const module of alphas.keys())
      if (!used.has(module))
        throw invalid(`${files.label}: ${module}.alpha`, "expected the LoRA of this alpha, found none");
    return { ...read, notes: [...new Set([...configs.values()].flatMap(({ notes }) => [...notes]))] };
  },
};

/** A tensor's or module's name in today's spelling, as convert_state_dict_to_peft gives it. */
function modern(name: string): string {
  const text = /^(?:text_encoder|text_model)/.test(name);
  return name
    .replace(PROCESSOR, ".")
    .replace(/\.to_([qkv]|out)_lora\.(down|up)(?=\.|$)/, (_, which: string, side: string) => {
      const layer = text ? `${which}_proj` : which === "out" ? "to_out.0" : `to_${which}`;
      return `.${layer}.${side === "down" ? "lora_A" : "lora_B"}`;
    })
    .replace(/\.lora(?:_linear_layer)?\.(down|up)(?=\.|$)/, (_, side: string) =>
      side === "down" ? ".lora_A" : ".lora_B",
    );
}

function alphaConfig(alpha: number): PeftConfig {
  return { notes: new Set(), scale: (_, rank) => (rank === undefined ? 1 : alpha / rank) };
}

/** PEFT configurations by component prefix. */
function metadataConfigs({ metadata, label }: LoraFiles): Map<string, PeftConfig> {
  const text = metadata[METADATA];
  if (text === undefined) return new Map();
  const where = `${label}: ${METADATA}`;
  const value = parseJson(new TextEncoder().encode(text), where, IMPORT_LIMITS.configBytes);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(where, "expected an object of options", "Save the LoRA again with diffusers.");
  const byPrefix = new Map<string, Record<string, unknown>>();
  for (const [key, option] of Object.entries(value)) {
    const dot = key.indexOf(".");
    const prefix = key.slice(0, Math.max(dot, 0));
    const options = byPrefix.get(prefix) ?? {};
    options[key.slice(dot + 1)] = option;
    byPrefix.set(prefix, options);
  }
  return new Map([...byPrefix].map(([prefix, options]) => [prefix, loraConfig(options, where)]));
}

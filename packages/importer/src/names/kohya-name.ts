import { type ModuleName, splitDotted } from "./module-name.js";

/** Prefixes of kohya's and LyCORIS's module names; FLUX and SD3 use lora_unet too. */
const PREFIXES: readonly (readonly [string, ModuleName["component"]])[] = [
  ["lora_unet_", "denoiser"],
  ["lora_transformer_", "denoiser"],
  ["lora_te1_", "text_encoder"],
  ["lora_te2_", "text_encoder_2"],
  ["lora_te3_", "text_encoder_3"],
  ["lora_te_", "text_encoder"],
  ["lycoris_", undefined],
  ["lora_", undefined],
];

/** A module's name in a file of kohya's scripts or of LyCORIS; with dots when the writer kept them. */
export function kohyaName(name: string): ModuleName {
  if (name.includes(".")) return splitDotted(name);
  for (const [prefix, component] of PREFIXES)
    if (name.startsWith(prefix)) {
      const text = name.slice(prefix.length);
      return component === undefined ? { spelling: "flat", text } : { component, spelling: "flat", text };
    }
  return { spelling: "flat", text: name };
}

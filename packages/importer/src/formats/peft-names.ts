import type { LoraFiles, RefusedModule, SourceModule } from "../importer.js";
import { strayTensor } from "./tensors.js";

/** What PEFT's names begin with: the wrapped model inside the wrapper. */
export const PEFT_PREFIX = "base_model.model.";

/** A module's path in the base model, for matching and for the configuration's patterns. */
export function peftPlace(module: string): { path: SourceModule["path"]; configPath: string } {
  const inner = module.startsWith(PEFT_PREFIX) ? module.slice(PEFT_PREFIX.length) : module;
  return { path: { spelling: "dotted", text: inner }, configPath: inner };
}

/** The refusal of a tensor that belongs to no low-rank update: of modules_to_save, a trained bias, or unknown. */
export function otherTensor(name: string, config: LoraFiles["config"]): RefusedModule {
  if (!/\.(?:weight|bias)$|\.modules_to_save\.|token_adapter/.test(name)) return strayTensor(name);
  const saved = Array.isArray(config?.modules_to_save) ? config.modules_to_save.map(String) : [];
  const bias = name.endsWith(".bias") && saved.length === 0;
  return {
    name,
    feature: bias ? "a trained bias" : "a whole trained layer (modules_to_save)",
    reason: "an adapter holds low-rank updates only",
    mend: bias
      ? 'Train with bias="none", or import the rest with `partial`.'
      : `Train without modules_to_save${saved.length > 0 ? ` (${saved.join(", ")})` : ""}, or import the rest with \`partial\`.`,
  };
}

import type { BananaError } from "@banana-peel/format";
import { unsupported } from "../errors.js";

/** Kinds of adapters of PEFT 0.21.2 that no low-rank update says: their name for people and why. */
const KINDS: Readonly<Record<string, readonly [name: string, reason: string]>> = {
  ADAPTION_PROMPT: ["an adaption prompt", "it adds tokens inside the attention"],
  BOFT: ["BOFT", "it rotates the base's weights, so that its update depends on them"],
  BONE: ["Bone", "it adds blocks that depend on the base's layout"],
  CARTRIDGE: ["a cartridge", "it is a cache of keys and values, no change of weights"],
  CPT: ["CPT", "it trains tokens of the prompt, no change of weights"],
  FOURIERFT: ["FourierFT", "its update is a spectrum, of full rank"],
  HRA: ["HRA", "it reflects the base's weights, so that its update depends on them"],
  IA3: ["IA3", "it multiplies a layer's input or output, so that its update depends on the base's weights"],
  LN_TUNING: ["LN tuning", "it trains the norms, and a base card has no targets of norms"],
  MULTITASK_PROMPT_TUNING: [
    "multitask prompt tuning",
    "it trains tokens of the prompt, no change of weights",
  ],
  OFT: ["OFT", "it rotates the base's weights, so that its update depends on them"],
  POLY: ["Poly", "it mixes several adapters by the task"],
  PREFIX_TUNING: ["prefix tuning", "it trains keys and values before the prompt, no change of weights"],
  PROMPT_TUNING: ["prompt tuning", "it trains tokens of the prompt, no change of weights"],
  P_TUNING: ["p-tuning", "it trains tokens of the prompt, no change of weights"],
  RANDLORA: ["RandLoRA", "it sums many random bases into an update of full rank"],
  SHIRA: ["SHiRA", "its update is sparse, of full rank"],
  TRAINABLE_TOKENS: ["trainable tokens", "it replaces rows of the embedding"],
  VBLORA: ["VB-LoRA", "its factors are mixed from a bank of vectors"],
  XLORA: ["X-LoRA", "it mixes several LoRAs by the input, token by token"],
};

/** Kinds that carry LoRAs of their own, each in a folder. */
const HOLDERS = new Set<unknown>(["XLORA", "POLY"]);

/** IMPORT_UNSUPPORTED for a kind of PEFT's that is none of LORA, LOHA, LOKR, ADALORA and VERA. */
export function refusedKind(type: unknown, where: string): BananaError {
  const [name, reason] =
    typeof type === "string" && Object.hasOwn(KINDS, type)
      ? KINDS[type]!
      : [`an adapter of an unknown kind`, "this importer doesn't know what its tensors mean"];
  const mend = HOLDERS.has(type)
    ? "Import the folder of one of its LoRAs."
    : "Train a LoRA, LoHa, LoKr, AdaLoRA or VeRA with PEFT.";
  return unsupported(`${name} (peft_type ${JSON.stringify(type)})`, where, reason, mend);
}

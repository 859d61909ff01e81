import { invalid, unsupported } from "../errors.js";

/** Options of LoRA that can't be expressed, when set, and why. */
const REFUSED: Readonly<Record<string, string>> = {
  target_parameters: "it changes parameters that are no layers of their own",
  layer_replication: "it builds a model of other layers than the base's",
  use_qalora: "its factors read pooled inputs",
  alora_invocation_tokens: "it applies only after certain tokens",
  use_bdlora: "its factors are block-diagonal, in a layout of their own",
  arrow_config: "it routes between adapters by the input",
  monteclora_config: "it samples its factors",
  kasa_config: "it truncates the base's own weights",
  trainable_token_indices: "it replaces rows of the embedding",
};

/** Options of every kind that say nothing about what the saved tensors mean. */
const COMMON = [
  "auto_mapping",
  "base_model_name_or_path",
  "exclude_modules",
  "inference_mode",
  "layers_pattern",
  "layers_to_transform",
  "modules_to_save",
  "peft_type",
  "peft_version",
  "revision",
  "target_modules",
  "task_type",
];

/**
 * Refuses options that are set and that nobody here knows: they may change what the tensors mean.
 * @param harmless options of the kind that are read, or that don't matter once the tensors are there
 * @throws BananaError IMPORT_UNSUPPORTED
 */
export function checkOptions(
  config: Readonly<Record<string, unknown>>,
  harmless: readonly string[],
  where: string,
): void {
  const known = new Set([...COMMON, ...harmless]);
  for (const [option, value] of Object.entries(config)) {
    if (isUnset(value) || known.has(option)) continue;
    const reason = Object.hasOwn(REFUSED, option)
      ? REFUSED[option]!
      : "this importer doesn't know the option, and it may change what the tensors mean";
    throw unsupported(option, `${where}:/${option}`, reason, "Train without this option.");
  }
}

function isUnset(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    value === false ||
    (Array.isArray(value) && value.length === 0) ||
    (typeof value === "object" && Object.keys(value).length === 0)
  );
}

/**
 * A finite number of adapter_config.json.
 * @throws BananaError IMPORT_INVALID
 */
export function number(value: unknown, where: string): number {
  if (typeof value !== "number" || !Number.isFinite(value))
    throw invalid(where, `expected a number, found ${JSON.stringify(value)}`, "Correct adapter_config.json.");
  return value;
}

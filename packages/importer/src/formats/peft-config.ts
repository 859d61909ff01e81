import { RE2JS } from "re2js";
import { invalid, unsupported } from "../errors.js";
import { IMPORT_LIMITS } from "../limits.js";

/** How PEFT scales the update of a module. */
export interface PeftConfig {
  /** What a person should know about the modules that were scaled. */
  readonly notes: ReadonlySet<string>;
  /**
   * Scale of a module's update: alpha / r, or alpha / sqrt(r) with use_rslora; alpha and r by the first pattern that
   * the module's path matches.
   * @param path the module's path in the base model
   * @param rank rows of its lora_A
   * @throws BananaError IMPORT_INVALID when the configuration says another rank
   */
  scale(path: string, rank: number): number;
}

/** Inits that leave the base as it is; any other is converted first (LoraConfig.init_lora_weights). */
const PLAIN_INITS = [true, false, "gaussian", "eva", "orthogonal", "mica"];
const CONVERT =
  "Convert it to plain LoRA: save with path_initial_model_for_weight_conversion (PEFT, LoRA guide), then import that.";

const ORDER =
  "Some modules match several entries of alpha_pattern; the first of the file counts, as when PEFT loads it. PEFT sorts the entries when it saves, so that the training may have used another.";

/** Options that can't be expressed, when set, and why. */
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
/** Options that don't change what the saved tensors of LoRA mean; those that add other tensors are refused by these. */
const HARMLESS = new Set([
  "alpha_pattern",
  "auto_mapping",
  "base_model_name_or_path",
  "bias",
  "corda_config",
  "ensure_weight_tying",
  "eva_config",
  "exclude_modules",
  "fan_in_fan_out",
  "inference_mode",
  "init_lora_weights",
  "layers_pattern",
  "layers_to_transform",
  "loftq_config",
  "lora_alpha",
  "lora_bias",
  "lora_dropout",
  "lora_ga_config",
  "megatron_config",
  "megatron_core",
  "modules_to_save",
  "peft_type",
  "peft_version",
  "qalora_group_size",
  "r",
  "rank_pattern",
  "revision",
  "runtime_config",
  "target_modules",
  "task_type",
  "use_dora",
  "use_rslora",
  "velora_config",
]);

/**
 * Reads adapter_config.json (PEFT 0.21.2, tuners/lora/config.py). Options of a newer PEFT are refused when they are
 * set, since they may change what the tensors mean.
 * @throws BananaError IMPORT_INVALID, IMPORT_UNSUPPORTED
 */
export function peftConfig(config: Readonly<Record<string, unknown>>, where: string): PeftConfig {
  const type = config.peft_type ?? "LORA";
  if (type !== "LORA")
    throw unsupported(
      `peft_type ${JSON.stringify(type)}`,
      where,
      "only LORA is read",
      "Train a LoRA with PEFT.",
    );
  for (const [option, value] of Object.entries(config)) {
    if (isUnset(value) || HARMLESS.has(option)) continue;
    const reason =
      REFUSED[option] ?? "this importer doesn't know the option, and it may change what the tensors mean";
    throw unsupported(option, `${where}:/${option}`, reason, "Train without this option.");
  }
  const init = config.init_lora_weights ?? true;
  if (!PLAIN_INITS.includes(init as string | boolean))
    throw unsupported(
      `init_lora_weights ${JSON.stringify(init)}`,
      where,
      "it changes the base's own weights",
      CONVERT,
    );
  const rank = number(config.r ?? 8, `${where}:/r`);
  const alpha = number(config.lora_alpha ?? 8, `${where}:/lora_alpha`);
  const ranks = patterns(config.rank_pattern, `${where}:/rank_pattern`);
  const alphas = patterns(config.alpha_pattern, `${where}:/alpha_pattern`);
  const root = config.use_rslora === true;
  const notes = new Set<string>();
  return {
    notes,
    scale(path, found) {
      const expected = first(ranks, path) ?? rank;
      if (found !== expected)
        throw invalid(
          `${where}: ${path}`,
          `expected rank ${expected}, as r and rank_pattern say, found ${found} in lora_A`,
          "Take the adapter_config.json that was saved with these weights.",
        );
      if (new Set(alphas.filter(({ matches }) => matches(path)).map(({ value }) => value)).size > 1)
        notes.add(ORDER);
      return (first(alphas, path) ?? alpha) / (root ? Math.sqrt(found) : found);
    },
  };
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

function number(value: unknown, where: string): number {
  if (typeof value !== "number" || !Number.isFinite(value))
    throw invalid(where, `expected a number, found ${JSON.stringify(value)}`, "Correct adapter_config.json.");
  return value;
}

interface Pattern {
  readonly matches: (path: string) => boolean;
  readonly value: number;
}

/** PEFT's rule, utils/other.py get_pattern_key: re.match(r"(.*\.)?(KEY)$", path); the first match wins. */
function patterns(value: unknown, where: string): Pattern[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== "object" || Array.isArray(value))
    throw invalid(
      where,
      `expected an object, found ${JSON.stringify(value)}`,
      "Correct adapter_config.json.",
    );
  const entries = Object.entries(value);
  if (entries.length > IMPORT_LIMITS.patterns)
    throw invalid(where, `expected at most ${IMPORT_LIMITS.patterns} patterns, found ${entries.length}`);
  return entries.map(([key, entry]) => {
    if (key.length > IMPORT_LIMITS.patternLength)
      throw invalid(
        where,
        `expected patterns of at most ${IMPORT_LIMITS.patternLength} characters, found ${key.length}`,
      );
    return { matches: compile(key, where), value: number(entry, `${where}/${key}`) };
  });
}

/** RE2 takes linear time, so that a pattern of a stranger can't hang the import. */
function compile(key: string, where: string): (path: string) => boolean {
  try {
    const expression = RE2JS.compile(`(?:.*\\.)?(?:${key})`);
    return (path) => expression.matches(path);
  } catch (cause) {
    const error = unsupported(
      `the pattern ${JSON.stringify(key.slice(0, 80))}`,
      where,
      "it is no regular expression of linear time (RE2)",
      "Write the pattern without look-around and back-references.",
    );
    throw Object.assign(error, { cause });
  }
}

function first(list: readonly Pattern[], path: string): number | undefined {
  return list.find(({ matches }) => matches(path))?.value;
}

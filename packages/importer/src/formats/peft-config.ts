import { invalid, unsupported } from "../errors.js";
import { checkOptions, number } from "./peft-options.js";
import { first, patterns } from "./peft-patterns.js";

/** How PEFT scales the update of a module. */
export interface PeftConfig {
  /** What a person should know about the modules that were scaled. */
  readonly notes: ReadonlySet<string>;
  /**
   * Scale of a module's update: alpha / r, or alpha / sqrt(r) with use_rslora; alpha and r by the first pattern that
   * the module's path matches.
   * @param path the module's path in the base model
   * @param rank the rank that its tensors have; undefined where they don't tell it
   * @throws BananaError IMPORT_INVALID when the configuration says another rank
   */
  scale(path: string, rank: number | undefined): number;
}

/** Inits that leave the base as it is; any other is converted first (LoraConfig.init_lora_weights). */
const PLAIN_INITS = [true, false, "gaussian", "eva", "orthogonal", "mica"];
const CONVERT =
  "Convert it to plain LoRA: save with path_initial_model_for_weight_conversion (PEFT, LoRA guide), then import that.";

const ORDER =
  "Some modules match several entries of alpha_pattern; the first of the file counts, as when PEFT loads it. PEFT sorts the entries when it saves, so that the training may have used another.";

/** Options that don't change what the saved tensors of LoRA mean; those that add other tensors are refused by these. */
const LORA_OPTIONS = [
  "alpha_pattern",
  "bias",
  "corda_config",
  "ensure_weight_tying",
  "eva_config",
  "fan_in_fan_out",
  "init_lora_weights",
  "loftq_config",
  "lora_alpha",
  "lora_bias",
  "lora_dropout",
  "lora_ga_config",
  "megatron_config",
  "megatron_core",
  "qalora_group_size",
  "r",
  "rank_pattern",
  "runtime_config",
  "use_dora",
  "use_rslora",
  "velora_config",
];

/** Options of LOHA and LOKR: how they were trained and initialised; the tensors' shapes say the rest. */
const LYCORIS_OPTIONS = [
  "alpha",
  "alpha_pattern",
  "decompose_both",
  "decompose_factor",
  "init_weights",
  "module_dropout",
  "r",
  "rank_dropout",
  "rank_dropout_scale",
  "rank_pattern",
  "use_effective_conv2d",
];

/** Options of ADALORA beside LoRA's: how the ranks were found, which the tensors' shapes have. */
const ADALORA_OPTIONS = [
  ...LORA_OPTIONS,
  "beta1",
  "beta2",
  "deltaT",
  "init_r",
  "orth_reg_weight",
  "target_r",
  "tfinal",
  "tinit",
  "total_step",
];

type Options = Readonly<Record<string, unknown>>;

/**
 * Reads adapter_config.json of a LoRA (PEFT 0.21.2, tuners/lora/config.py). Options of a newer PEFT are refused when
 * they are set, since they may change what the tensors mean.
 * @throws BananaError IMPORT_INVALID, IMPORT_UNSUPPORTED
 */
export function loraConfig(config: Options, where: string): PeftConfig {
  checkOptions(config, LORA_OPTIONS, where);
  const init = config.init_lora_weights ?? true;
  if (!PLAIN_INITS.includes(init as string | boolean))
    throw unsupported(
      `init_lora_weights ${JSON.stringify(init)}`,
      where,
      "it changes the base's own weights",
      CONVERT,
    );
  return patterned(config, "lora_alpha", where, config.use_rslora === true);
}

/**
 * Reads adapter_config.json of a LoHa or a LoKr (tuners/loha/config.py, tuners/lokr/config.py): alpha / r, also where
 * both sides of a LoKr are whole.
 * @throws BananaError IMPORT_INVALID, IMPORT_UNSUPPORTED
 */
export function lycorisConfig(config: Options, where: string): PeftConfig {
  checkOptions(config, LYCORIS_OPTIONS, where);
  return patterned(config, "alpha", where, false);
}

/**
 * Reads adapter_config.json of an AdaLoRA (tuners/adalora/config.py): alpha / (init_r + 1e-5), whatever rank is left, and
 * the rank itself for an alpha that isn't positive (tuners/adalora/layer.py, update_layer and get_delta_weight).
 * @throws BananaError IMPORT_INVALID, IMPORT_UNSUPPORTED
 */
export function adaloraConfig(config: Options, where: string): PeftConfig {
  checkOptions(config, ADALORA_OPTIONS, where);
  const initial = number(config.init_r ?? 12, `${where}:/init_r`);
  const alpha = number(config.lora_alpha ?? 8, `${where}:/lora_alpha`);
  return {
    notes: new Set(),
    scale(path, found) {
      if (found === undefined || found > initial)
        throw invalid(
          `${where}: ${path}`,
          `expected at most rank ${initial}, as init_r says, found ${found}`,
        );
      return (alpha > 0 ? alpha : found) / (initial + 1e-5);
    },
  };
}

function patterned(config: Options, alphaName: string, where: string, root: boolean): PeftConfig {
  const rank = number(config.r ?? 8, `${where}:/r`);
  const alpha = number(config[alphaName] ?? 8, `${where}:/${alphaName}`);
  const ranks = patterns(config.rank_pattern, `${where}:/rank_pattern`);
  const alphas = patterns(config.alpha_pattern, `${where}:/alpha_pattern`);
  const notes = new Set<string>();
  return {
    notes,
    scale(path, found) {
      const expected = first(ranks, path) ?? rank;
      if (found !== undefined && found !== expected)
        throw invalid(
          `${where}: ${path}`,
          `expected rank ${expected}, as r and rank_pattern say, found ${found} in the weights`,
          "Take the adapter_config.json that was saved with these weights.",
        );
      if (!(expected > 0))
        throw invalid(`${where}: ${path}`, `expected a rank of 1 or more, found ${expected}`);
      if (new Set(alphas.filter(({ matches }) => matches(path)).map(({ value }) => value)).size > 1)
        notes.add(ORDER);
      return (first(alphas, path) ?? alpha) / (root ? Math.sqrt(expected) : expected);
    },
  };
}

import type { Delta } from "../delta/delta.js";
import { unsupported } from "../errors.js";
import type { Importer, LoraFiles, RefusedModule, SourceModule } from "../importer.js";
import { kohyaName } from "../names/kohya-name.js";
import { splitRole } from "./roles.js";
import { groupTensors, type Roles, readModule, strayTensor } from "./tensors.js";
import {
  doraScale,
  LOHA_ROLES,
  LOKR_ROLES,
  LORA_ROLES,
  lohaUpdate,
  lokrUpdate,
  loraUpdate,
} from "./updates.js";

/** Forms of LyCORIS that are no low-rank update, by the roles that give them away. */
const OTHERS: readonly (readonly [feature: string, roles: readonly string[], reason: string])[] = [
  [
    "a full update (diff)",
    ["diff", "diff_b"],
    "it holds the whole difference of the weight, not a low-rank form",
  ],
  ["IA3", ["on_input"], "it multiplies a layer's input or output, which depends on the base"],
  [
    "GLoRA",
    ["a1.weight", "a2.weight", "b1.weight", "b2.weight", "bm.weight"],
    "its update depends on the base's weight",
  ],
  ["OFT or BOFT", ["oft_blocks", "oft_diag", "rescale"], "it rotates the base's weight"],
  ["a norm's update", ["w_norm", "b_norm"], "a base card has no targets of norms"],
  ["a bias", ["bias_indices", "bias_values", "bias_size"], "an adapter holds no biases"],
];
const ROLES = [...LORA_ROLES, ...LOHA_ROLES, ...LOKR_ROLES, ...OTHERS.flatMap(([, roles]) => roles)];
const SIGNS =
  /\.(?:hada_[wt][12](?:_[ab])?|lokr_[wt][12](?:_[ab])?|lora_mid\.weight|oft_blocks|oft_diag|on_input|diff|a1\.weight|w_norm)$/;

/** True for files that LyCORIS wrote: by a tensor that only it has, or by the scripts' metadata. */
export function isLycoris({ tensors, metadata, config }: LoraFiles): boolean {
  if (config !== undefined) return false;
  return (
    /^lycoris\b/.test(metadata.ss_network_module ?? "") ||
    [...tensors.keys()].some((name) => SIGNS.test(name) || /^lycoris_[^.]+\.lora_down\.weight$/.test(name))
  );
}

/**
 * LyCORIS (KohakuBlueleaf/LyCORIS 4.1.3): LoCon, LoHa, LoKr and DoRA on them, by kohya's names, LyCORIS's own or
 * dotted paths. delta = alpha / r times the form's product, once, as in its forward pass (its get_diff_weight, used for
 * merging, multiplies a LoHa and a LoKr twice); a LoKr of two full factors has scale 1.
 */
export const lycoris: Importer = {
  id: "lycoris",
  title: "LyCORIS",
  detect: isLycoris,
  read({ tensors, label }) {
    const { modules, unknown } = groupTensors(tensors, label, (name) => splitRole(name, ROLES));
    const refused: RefusedModule[] = unknown.map(strayTensor);
    const read = [...modules].map(([name, roles]) =>
      readModule(name, refused, (): SourceModule => {
        const delta = update(roles, name);
        const magnitude = doraScale(roles, delta, name);
        return { name, path: kohyaName(name), delta, ...(magnitude && { magnitude }) };
      }),
    );
    return { modules: read.filter((module) => module !== undefined), refused, notes: [] };
  },
};

function update(roles: Roles, name: string): Delta {
  for (const [feature, others, reason] of OTHERS)
    if (others.some((role) => roles.has(role)))
      throw unsupported(
        feature,
        name,
        reason,
        "Train with LoCon, LoHa or LoKr, or import the rest with `partial`.",
      );
  if (LOHA_ROLES.some((role) => roles.has(role))) return lohaUpdate(roles, name);
  if (LOKR_ROLES.some((role) => roles.has(role))) return lokrUpdate(roles, name);
  return loraUpdate(roles, name);
}

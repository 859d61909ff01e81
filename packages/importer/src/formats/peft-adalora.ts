import { lowRankDelta } from "../delta/delta.js";
import { finite } from "../delta/matrix.js";
import { invalid } from "../errors.js";
import type { LoraFiles, LoraModules, SourceModule } from "../importer.js";
import { adaloraConfig, type PeftConfig } from "./peft-config.js";
import { otherTensor, peftPlace } from "./peft-names.js";
import { splitRole } from "./roles.js";
import { groupTensors, need, type Roles, readModule } from "./tensors.js";
import { pair, roleMatrix } from "./updates.js";

const ROLES = ["lora_A", "lora_B", "lora_E"];

/**
 * PEFT's AdaLoRA (tuners/adalora/layer.py): base_model.model.X.lora_A [r,K], .lora_E [r,1] and .lora_B [N,r], without
 * `.weight`; delta = s B (A o E). r is what the training left of init_r; a module that it left nothing of is no module.
 */
export function readPeftAdalora(files: LoraFiles, options: Readonly<Record<string, unknown>>): LoraModules {
  const config = adaloraConfig(options, "adapter_config.json");
  const { modules, unknown } = groupTensors(files.tensors, files.label, (name) => splitRole(name, ROLES));
  const refused = unknown.map((name) => otherTensor(name, files.config));
  const left = [...modules].filter(([name, roles]) => need(roles, "lora_E", name).shape[0] !== 0);
  const pruned = modules.size - left.length;
  const read = left.map(([name, roles]) =>
    readModule(name, refused, () => adaloraModule(name, roles, config)),
  );
  return {
    modules: read.filter((module) => module !== undefined),
    refused,
    notes:
      pruned === 0
        ? []
        : [`AdaLoRA left no rank to ${pruned} of ${modules.size} modules, which change nothing.`],
  };
}

function adaloraModule(name: string, roles: Roles, config: PeftConfig): SourceModule {
  const { path, configPath } = peftPlace(name);
  const a = roleMatrix(roles, "lora_A", name);
  const b = roleMatrix(roles, "lora_B", name);
  pair(b, a, name);
  const tensor = need(roles, "lora_E", name);
  const values = finite(tensor, `${name}.lora_E`);
  if (values.length !== a.rows)
    throw invalid(`${name}.lora_E`, `expected [${a.rows},1], found [${tensor.shape.join(",")}]`);
  const data = a.data.map((value, i) => value * values[Math.floor(i / a.columns)]!);
  const delta = lowRankDelta({ rows: a.rows, columns: a.columns, data }, b, config.scale(configPath, a.rows));
  return { name, path, delta: { ...delta, kernel: "any" } }; // of a convolution, A is flattened
}

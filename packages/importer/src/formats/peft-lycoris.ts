import { unsupported } from "../errors.js";
import type { LoraFiles, LoraModules } from "../importer.js";
import { lycorisConfig } from "./peft-config.js";
import { otherTensor, peftPlace } from "./peft-names.js";
import { splitRole } from "./roles.js";
import { groupTensors, type Roles, readModule } from "./tensors.js";
import { LOHA_ROLES, LOKR_ROLES, lohaUpdate, lokrUpdate } from "./updates.js";

/**
 * PEFT's own LoHa and LoKr (tuners/loha/layer.py, tuners/lokr/layer.py): base_model.model.X.hada_w1_a and
 * .lokr_w1 without `.weight`, LyCORIS's forms with a scale of alpha / r throughout.
 */
export function readPeftLycoris(files: LoraFiles, options: Readonly<Record<string, unknown>>): LoraModules {
  const config = lycorisConfig(options, "adapter_config.json");
  const [roles, update] =
    options.peft_type === "LOHA" ? ([LOHA_ROLES, lohaUpdate] as const) : ([LOKR_ROLES, lokrUpdate] as const);
  const { modules, unknown } = groupTensors(files.tensors, files.label, (name) => splitRole(name, roles));
  const refused = unknown.map((name) => otherTensor(name, files.config));
  const read = [...modules].map(([name, found]) =>
    readModule(name, refused, () => {
      refuseMixedAxes(found, name);
      const { path, configPath } = peftPlace(name);
      return { name, path, delta: update(found, name, (rank) => config.scale(configPath, rank)) };
    }),
  );
  return { modules: read.filter((module) => module !== undefined), refused, notes: [...config.notes] };
}

/**
 * PEFT hands a whole [a,b] and a whole [c,d,k] to torch.kron as they are, which takes the first as [1,a,b]: outputs,
 * inputs and kernel change places (tuners/lokr/layer.py, make_kron, which sees to two-dimensional kernels only).
 */
function refuseMixedAxes(roles: Roles, module: string): void {
  if (roles.get("lokr_w2")?.shape.length === 3)
    throw unsupported(
      "a LoKr of a one-dimensional convolution with a whole second side",
      module,
      "PEFT mixes up its axes, so that its update is no Kronecker product of the layer's weight",
      "Train with a smaller r, so that the second side is factored, or import the rest with `partial`.",
    );
}

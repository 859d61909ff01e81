import type { Importer, RefusedModule, SourceModule } from "../importer.js";
import { kohyaName } from "../names/kohya-name.js";
import { isLycoris } from "./lycoris.js";
import { splitRole } from "./roles.js";
import { groupTensors, readModule, strayTensor } from "./tensors.js";
import { doraScale, LORA_ROLES, loraUpdate } from "./updates.js";

const FACTOR = /\.lora_(?:down|up)\.weight$/;

/**
 * kohya-ss/sd-scripts networks/lora.py, lora_flux.py: lora_unet_<path>.lora_down.weight [r,K], .lora_up.weight [N,r],
 * .alpha; delta = alpha / r * up down.
 */
export const kohya: Importer = {
  id: "kohya",
  title: "kohya sd-scripts",
  detect: (files) =>
    files.config === undefined &&
    !isLycoris(files) &&
    [...files.tensors.keys()].some((name) => FACTOR.test(name)),
  read({ tensors, label }) {
    const { modules, unknown } = groupTensors(tensors, label, (name) => splitRole(name, LORA_ROLES));
    const refused: RefusedModule[] = unknown.map(strayTensor);
    const read = [...modules].map(([name, roles]) =>
      readModule(name, refused, (): SourceModule => {
        const delta = loraUpdate(roles, name);
        const magnitude = doraScale(roles, delta, name);
        return { name, path: kohyaName(name), delta, ...(magnitude && { magnitude }) };
      }),
    );
    return { modules: read.filter((module) => module !== undefined), refused, notes: [] };
  },
};

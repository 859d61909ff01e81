import type { Tensor } from "@banana-peel/format";
import { isBananaError } from "@banana-peel/format";
import { invalid } from "../errors.js";
import type { RefusedModule, SourceModule } from "../importer.js";

/** The tensors of one module by their role: `lora_down.weight`, `alpha`. */
export type Roles = ReadonlyMap<string, Tensor>;

/** Tensors grouped by module, and the names that no rule knows. */
export interface Grouped {
  readonly modules: ReadonlyMap<string, Roles>;
  readonly unknown: readonly string[];
}

/**
 * Groups tensors by module.
 * @param parse a tensor's module and role; undefined for a name that the format doesn't have
 * @throws BananaError IMPORT_INVALID when two tensors have one role
 */
export function groupTensors(
  tensors: ReadonlyMap<string, Tensor>,
  label: string,
  parse: (name: string) => readonly [module: string, role: string] | undefined,
): Grouped {
  const modules = new Map<string, Map<string, Tensor>>();
  const unknown: string[] = [];
  for (const [name, tensor] of tensors) {
    const parsed = parse(name);
    if (parsed === undefined) {
      unknown.push(name);
      continue;
    }
    const [module, role] = parsed;
    const roles = modules.get(module) ?? new Map<string, Tensor>();
    if (roles.has(role))
      throw invalid(`${label}: ${name}`, `expected one ${role} of ${module}, found another`);
    modules.set(module, roles.set(role, tensor));
  }
  return { modules, unknown };
}

/**
 * Runs the reading of one module; what an adapter can't say becomes a refusal, everything else is thrown on.
 */
export function readModule(
  name: string,
  refused: RefusedModule[],
  read: () => SourceModule,
): SourceModule | undefined {
  try {
    return read();
  } catch (error) {
    if (!isBananaError(error) || error.code !== "IMPORT_UNSUPPORTED") throw error;
    const { feature, reason } = error.details as { feature: string; reason: string };
    refused.push({ name, feature, reason, mend: error.hint ?? "" });
    return undefined;
  }
}

/** A tensor that the format doesn't have. */
export function strayTensor(name: string): RefusedModule {
  return {
    name,
    feature: "an unknown tensor",
    reason: "no rule of the format reads it, so that leaving it out might change what the LoRA does",
    mend: "Look at what wrote it; import the rest with `partial` if it doesn't matter.",
  };
}

/**
 * The tensor of a role.
 * @throws BananaError IMPORT_INVALID
 */
export function need(roles: Roles, role: string, where: string): Tensor {
  const tensor = roles.get(role);
  if (tensor === undefined)
    throw invalid(where, `expected ${role} beside ${[...roles.keys()].sort().join(", ")}, found none`);
  return tensor;
}

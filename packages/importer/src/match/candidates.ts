import type { Component, ModuleName } from "../names/module-name.js";
import type { Names, Spelling, TargetTable } from "./targets.js";

/** How a module's name led to a target. */
export type MatchKind = "map" | "path" | "alias" | "ending";

/** The spellings of targets that a module's name can mean. */
export interface Candidates {
  readonly kind: MatchKind;
  readonly spellings: readonly Spelling[];
}

/** Wrappers that programs put before a model's own paths. */
const WRAPPERS = ["model", "base_model", "module", "diffusion_model", "transformer", "unet"];

/**
 * Finds what a name can mean: first whole names (the targets' own, then other programs' names of the same layers),
 * then endings of two or more parts, where one of the two paths is the end of the other.
 * @param denoiserInFile true when the file has modules of a denoiser, so that those of a text encoder are not its
 */
export function candidates(
  name: ModuleName,
  table: TargetTable,
  denoiserInFile: boolean,
): Candidates | undefined {
  const fits = ({ component }: Spelling) =>
    componentFits(name.component, component, table.components, denoiserInFile);
  const whole = look(table.byName, name).filter(fits);
  const own = whole.filter(({ kind }) => kind === "path");
  if (own.length > 0) return { kind: "path", spellings: unique(own) };
  if (whole.length > 0) return { kind: "alias", spellings: unique(whole) };
  const ending = unique([...look(table.byEnding, name), ...longer(table, name)].filter(fits));
  return ending.length > 0 ? { kind: "ending", spellings: ending } : undefined;
}

function look(names: Names, { spelling, text }: ModuleName): readonly Spelling[] {
  return names[spelling].get(text) ?? [];
}

/** Targets whose whole path is the end of the module's. */
function longer(table: TargetTable, { spelling, text }: ModuleName): Spelling[] {
  const own = (key: string) =>
    (table.byName[spelling].get(key) ?? []).filter(
      ({ kind, target }) => kind === "path" && target.path.includes("."),
    );
  if (spelling === "flat")
    // Between underscores a part can't be told from a piece of one, so that only known wrappers are taken off.
    return WRAPPERS.flatMap((wrapper) =>
      text.startsWith(`${wrapper}_`) ? own(text.slice(wrapper.length + 1)) : [],
    );
  const parts = text.split(".");
  return parts.slice(1, -1).flatMap((_, index) => own(parts.slice(index + 1).join(".")));
}

/** One spelling for each target and layer. */
function unique(spellings: readonly Spelling[]): Spelling[] {
  return [...new Map(spellings.map((spelling) => [spelling.target.path, spelling])).values()];
}

function componentFits(
  ofModule: Component | undefined,
  ofTarget: Component | undefined,
  inBase: ReadonlySet<Component>,
  denoiserInFile: boolean,
): boolean {
  if (ofModule === undefined) return true;
  if (inBase.has(ofModule)) return ofTarget === ofModule;
  return ofTarget === undefined && (ofModule === "denoiser" || !denoiserInFile);
}

import type { Target } from "@banana-peel/format";
import { fluxPlace } from "../names/flux.js";
import { type Component, componentOf, flatten } from "../names/module-name.js";
import { sgmPath } from "../names/sdxl.js";

/** Which rows of a module [total, K] are a target [n, K]; undefined when the sizes don't fit. */
export type Rows = (n: number, total: number) => readonly [number, number] | undefined;

/** One spelling of a target's path. */
export interface Spelling {
  readonly target: Target;
  readonly component: Component | undefined;
  /** path: the target's own; alias: another program's name of the same layer. */
  readonly kind: "path" | "alias";
  readonly rows: Rows;
  /** True when the spelling names a larger layer of which the target is a part. */
  readonly part: boolean;
}

/** The targets of a base by every name that a file may give them; built forwards from the base's own paths. */
export interface TargetTable {
  readonly targets: ReadonlyMap<string, Target>;
  readonly components: ReadonlySet<Component>;
  /** By whole name, dotted and flat. */
  readonly byName: Names;
  /** By every ending of two or more parts of a target's own path, dotted and flat. */
  readonly byEnding: Names;
}

export interface Names {
  readonly dotted: ReadonlyMap<string, readonly Spelling[]>;
  readonly flat: ReadonlyMap<string, readonly Spelling[]>;
}

const whole: Rows = (n, total) => (n === total ? [0, total] : undefined);

/** Builds the table. kohya's `.` -> `_` can't be undone, so that every name is derived from a target's path. */
export function targetTable(targets: readonly Target[]): TargetTable {
  const byName = { dotted: new Map<string, Spelling[]>(), flat: new Map<string, Spelling[]>() };
  const byEnding = { dotted: new Map<string, Spelling[]>(), flat: new Map<string, Spelling[]>() };
  const components = new Set<Component>();
  for (const target of targets) {
    const first = target.path.split(".", 1)[0]!;
    const named = componentOf(first);
    const component = named ?? componentOf(target.graph);
    if (component !== undefined) components.add(component);
    const own: Spelling = { target, component, kind: "path", rows: whole, part: false };
    const bare = named === undefined ? target.path : target.path.slice(first.length + 1);
    for (const name of new Set([target.path, bare])) add(byName, name, own);
    const alias: Spelling = { ...own, kind: "alias" };
    const sgm = sgmPath(bare);
    if (sgm !== undefined) add(byName, sgm, alias);
    const flux = fluxPlace(bare);
    if (flux !== undefined) add(byName, flux.path, { ...alias, rows: flux.rows, part: flux.fused });
    const parts = bare.split(".");
    for (let start = 1; start <= parts.length - 2; start++) add(byEnding, parts.slice(start).join("."), own);
  }
  return { targets: new Map(targets.map((target) => [target.path, target])), components, byName, byEnding };
}

function add(
  names: { dotted: Map<string, Spelling[]>; flat: Map<string, Spelling[]> },
  name: string,
  spelling: Spelling,
) {
  push(names.dotted, name, spelling);
  push(names.flat, flatten(name), spelling);
}

function push(map: Map<string, Spelling[]>, key: string, value: Spelling): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

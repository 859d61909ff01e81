import type { Lockfile } from "@banana-peel/format";

/** One way from banana.json to a peel: each name with the range that the one before asks for. */
export type NeedPath = readonly { readonly name: string; readonly range: string }[];

/** Paths that are followed at most; a lockfile can have more than anybody reads. */
const MAX_PATHS = 20;

/** Everything that is needed, by way of what is locked: the names themselves and what they depend on. */
export function reachable(names: Iterable<string>, lock: Lockfile): Set<string> {
  const reached = new Set(names);
  for (const name of reached)
    for (const other of Object.keys(lock.peels[name]?.dependencies ?? {})) reached.add(other);
  return reached;
}

/** The locked peels that need a name, with the range that each asks for; sorted. */
export function neededBy(name: string, lock: Lockfile): { name: string; version: string; range: string }[] {
  return Object.entries(lock.peels)
    .flatMap(([other, { version, dependencies = {} }]) =>
      Object.hasOwn(dependencies, name) ? [{ name: other, version, range: dependencies[name]! }] : [],
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The shortest ways from what is asked for to a name, without circles, at most MAX_PATHS. */
export function pathsTo(name: string, asked: Readonly<Record<string, string>>, lock: Lockfile): NeedPath[] {
  const found: NeedPath[] = [];
  let open: { name: string; range: string }[][] = [[{ name, range: "" }]];
  while (open.length > 0 && found.length < MAX_PATHS) {
    const longer: typeof open = [];
    for (const [head, ...rest] of open as [NeedPath[number], ...NeedPath][]) {
      if (Object.hasOwn(asked, head.name))
        found.push([{ name: head.name, range: asked[head.name]! }, ...rest]);
      for (const by of neededBy(head.name, lock))
        if (by.name !== head.name && !rest.some((step) => step.name === by.name))
          longer.push([{ name: by.name, range: "" }, { name: head.name, range: by.range }, ...rest]);
    }
    open = longer.slice(0, MAX_PATHS * 10);
  }
  return found.slice(0, MAX_PATHS);
}

import type { AdapterFit, ProjectBase } from "./catalogue.js";
import { satisfies } from "./range.js";

/** Which adapter of a peel serves which base of the project. */
export interface ChosenAdapter {
  readonly base: ProjectBase;
  /** Index in the manifest's `adapters`. */
  readonly index: number;
}

/** True when an adapter was made for a base: family, range of its version and, where pinned, its exact weights. */
export function fits(adapter: AdapterFit, base: ProjectBase): boolean {
  return (
    adapter.family === base.family &&
    satisfies(base.version, adapter.range) &&
    (adapter.digest === undefined || adapter.digest === base.digest)
  );
}

/**
 * The adapter for each base that one was made for, in the order of the bases. Of several, the one that pins the
 * base's digest is taken, else the first that is listed.
 */
export function chooseAdapters(
  adapters: readonly AdapterFit[],
  bases: readonly ProjectBase[],
): ChosenAdapter[] {
  return bases.flatMap((base) => {
    const fitting = adapters.flatMap((adapter, index) => (fits(adapter, base) ? [{ adapter, index }] : []));
    const best = fitting.find(({ adapter }) => adapter.digest !== undefined) ?? fitting[0];
    return best === undefined ? [] : [{ base, index: best.index }];
  });
}

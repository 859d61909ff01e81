import type { TracedTarget } from "../target/types.js";

/** A layer that an adapter can change, under a module path that nothing contradicts. */
export interface FoundTarget {
  readonly path: string;
  /** Name of the node. */
  readonly node: string;
  readonly traced: TracedTarget;
}

/**
 * Why a layer with a weight isn't a target. `unsupported`: its form can't be changed. `shared-weight`: others read the
 * weight too. `no-name`: nothing says which module it is. `names-disagree`: several things say different ones.
 * `path-taken`: another layer has that path too. `fused`: it may hold several modules.
 */
export type DoubtReason =
  | "unsupported"
  | "shared-weight"
  | "no-name"
  | "names-disagree"
  | "path-taken"
  | "fused";

/** A layer that is left out, because its module would have to be guessed or its weight can't be changed. */
export interface Doubt {
  readonly reason: DoubtReason;
  /** Name of the node; may be empty. */
  readonly node: string;
  readonly operator: string;
  /** Initializer of its weight. */
  readonly weight: string;
  /** Sizes of that initializer. */
  readonly dims: readonly number[];
  /** Module paths that were considered. */
  readonly candidates: readonly string[];
  /** What was expected and what was found. */
  readonly message: string;
}

/** What a graph holds. Both are in the order of the graph. */
export interface GraphInspection {
  readonly found: readonly FoundTarget[];
  readonly doubts: readonly Doubt[];
}

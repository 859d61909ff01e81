import { BananaError } from "@banana-peel/format";
import { type Delta, type Factors, sliceDelta } from "./delta/delta.js";
import { boundDense, denseFactors, relativeError } from "./delta/dense.js";
import { doraDelta } from "./delta/dora.js";
import { truncate } from "./delta/svd.js";
import { invalid, unsupported } from "./errors.js";
import { IMPORT_LIMITS } from "./limits.js";
import type { Match } from "./match/match.js";

/** How one target was approximated. */
export interface Approximation {
  readonly target: string;
  readonly module: string;
  /** LoHa, LoKr or DoRA. */
  readonly form: string;
  readonly rank: number;
  /** Frobenius norm of what is missing, relative to the update's own; measured on the finished factors. */
  readonly relativeError: number;
}

/** Reads the weight of a target of the base: float32 [N,K], row-major, dequantised. */
export type ReadWeight = (path: string) => Promise<Float32Array> | Float32Array;

/** What decides how an update becomes low-rank. */
export interface ConvertOptions {
  /** Largest rank of an exact form. */
  readonly maxRank: number;
  /** Rank of an approximation; undefined when none was asked for. */
  readonly approximate: { readonly rank: number } | undefined;
  readonly readWeight: ReadWeight | undefined;
}

/**
 * The low-rank form of a match: exact where there is one within the rank, else an approximation if asked for.
 * @throws BananaError IMPORT_APPROXIMATION_NEEDED, IMPORT_UNSUPPORTED, IMPORT_INVALID
 */
export async function convert(
  match: Match,
  options: ConvertOptions,
): Promise<{ factors: Factors; approximation?: Approximation }> {
  const { target, module } = match;
  const delta = await fullDelta(match, options);
  if (delta.exactRank <= options.maxRank) return { factors: delta.exact() };
  if (options.approximate === undefined) throw needed(match, delta, options.maxRank);
  const rank = Math.min(options.approximate.rank, delta.n, delta.k);
  boundDense(delta.n, delta.k, module.name);
  const factors = best(delta, rank);
  const approximation: Approximation = {
    target: target.path,
    module: module.name,
    form: delta.form,
    rank: factors.rank,
    relativeError: relativeError(delta, factors),
  };
  return { factors, approximation };
}

function best(delta: Delta, rank: number): Factors {
  if (rank >= Math.min(delta.n, delta.k)) return denseFactors(delta);
  return delta.truncated?.(rank) ?? truncate(delta, rank);
}

/** The delta of the match's rows, with DoRA's length put on. */
async function fullDelta(
  { target, module, rows: [start, end] }: Match,
  options: ConvertOptions,
): Promise<Delta> {
  const delta = sliceDelta(module.delta, start, end);
  const { magnitude } = module;
  if (magnitude === undefined) return delta;
  if (options.readWeight === undefined)
    throw unsupported(
      "DoRA",
      module.name,
      "it rescales the base's own weight, so that its update depends on it, and the weights weren't handed in",
      "Hand in the base's weights: on the command line, the base's folder with its models.",
    );
  if (magnitude.along === "columns" && delta !== module.delta)
    throw unsupported(
      "DoRA along columns of a fused layer",
      module.name,
      "the lengths of its columns run through all parts of the layer",
      "Merge the LoRA into its own model and extract it again as a plain one.",
    );
  boundDense(target.n, target.k, module.name);
  const data = await options.readWeight(target.path);
  if (data.length !== target.n * target.k)
    throw invalid(
      target.path,
      `expected ${target.n * target.k} weights [${target.n},${target.k}], found ${data.length}`,
    );
  const values = magnitude.along === "rows" ? magnitude.values.slice(start, end) : magnitude.values;
  return doraDelta(delta, { ...magnitude, values }, { rows: target.n, columns: target.k, data });
}

function needed(
  { target, module }: Pick<Match, "target" | "module">,
  { form, exactRank }: Pick<Delta, "form" | "exactRank">,
  maxRank: number,
): BananaError {
  return new BananaError(
    "IMPORT_APPROXIMATION_NEEDED",
    `expected an update of rank at most ${maxRank} for ${target.path}, found a ${form} with an exact rank of ${exactRank}`,
    {
      where: module.name,
      hint: `Ask for an approximation of a rank, say ${Math.min(64, IMPORT_LIMITS.rank)}; its error is then shown for every target.`,
      details: { module: module.name, target: target.path, form, exactRank, maxRank },
    },
  );
}

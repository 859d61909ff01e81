import { BananaError, type Safetensors, type Target, type Tensor, toFloat32 } from "@banana-peel/format";
import { type Moments, momentNames } from "./types.js";

/** Most directions of a target's moments: more cost more than what they mend. */
const MOST_FACTORS = 1024;

/**
 * The moments of a target's input; undefined where the file has none. Specification: docs/specification/base.md, Moments.
 * @throws BananaError BASE_INVALID for moments of other shapes or types, or that aren't positive
 */
export function momentsOf({ tensors }: Safetensors, target: Target): Moments | undefined {
  const names = momentNames(target);
  const diagonal = tensors.get(names.diagonal);
  const factors = tensors.get(names.factors);
  if (diagonal === undefined || factors === undefined) return undefined;
  const { k } = target;
  const [width = -1, rank = -1] = factors.shape;
  if (diagonal.shape.length !== 1 || diagonal.shape[0] !== k)
    throw invalid(names.diagonal, `expected the shape [${k}], found [${diagonal.shape}]`);
  if (factors.shape.length !== 2 || width !== k || rank > MOST_FACTORS)
    throw invalid(
      names.factors,
      `expected the shape [${k}, at most ${MOST_FACTORS}], found [${factors.shape}]`,
    );
  const moments = {
    diagonal: doubles(diagonal, names.diagonal),
    rank,
    factors: doubles(factors, names.factors),
  };
  if (!moments.diagonal.every((value) => value > 0 && Number.isFinite(value)))
    throw invalid(names.diagonal, "expected numbers above 0, found another");
  if (!moments.factors.every(Number.isFinite))
    throw invalid(names.factors, "expected finite numbers, found another");
  return moments;
}

/** Moments of inputs of which nothing is known: M is the identity. */
export function unknownMoments(k: number): Moments {
  return { diagonal: new Float64Array(k).fill(1), rank: 0, factors: new Float64Array(0) };
}

function doubles(tensor: Tensor, where: string): Float64Array {
  const values = toFloat32(tensor);
  if (values === undefined) throw invalid(where, `expected F16, BF16 or F32, found ${tensor.dtype}`);
  return Float64Array.from(values);
}

function invalid(where: string, message: string): BananaError {
  return new BananaError("BASE_INVALID", message, { where, hint: "Collect the moments again." });
}

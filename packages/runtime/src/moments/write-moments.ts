import { type Tensor, writeSafetensors } from "@banana-peel/format";
import { DATA_TYPE, fromFloats } from "@banana-peel/onnx";
import { mainDirections } from "./directions.js";
import type { InputRows } from "./input-rows.js";
import { momentNames } from "./types.js";

/** Least share of an input's own square that the diagonal keeps, and least share of the mean. */
const LEAST_SHARE = 1e-3;
/** Largest number that float16 holds well. */
const MOST = 60000;

/**
 * A file of moments, safetensors in float16. Every input's are scaled to a mean square of 1.
 * @param inputs rows by graph and input
 */
export function writeMoments(
  inputs: readonly { readonly graph: string; readonly input: string; readonly rows: InputRows }[],
  rank: number,
): Uint8Array {
  const tensors = new Map<string, Tensor>();
  const put = (name: string, shape: number[], values: Float64Array) =>
    tensors.set(name, { dtype: "F16", shape, data: fromFloats(values, DATA_TYPE.float16, name) });
  for (const { rows, ...place } of inputs) {
    const names = momentNames(place);
    const { diagonal, factors } = momentsFrom(rows, rank);
    put(names.diagonal, [rows.k], diagonal);
    put(names.factors, [rows.k, factors.length / rows.k], factors);
  }
  return writeSafetensors(tensors);
}

function momentsFrom(rows: InputRows, most: number): { diagonal: Float64Array; factors: Float64Array } {
  const { k, squares, count } = rows;
  const rank = Math.min(most, k);
  const mean = squares.reduce((sum, value) => sum + value, 0) / (count * k);
  const directions = mean === 0 ? [] : mainDirections(rows.kept, k, rank);
  const diagonal = new Float64Array(k);
  const factors = new Float64Array(k * directions.length);
  for (let i = 0; i < k; i++) {
    const whole = mean === 0 ? 1 : squares[i]! / count / mean;
    let rest = whole;
    directions.forEach((direction, r) => {
      const value = direction[i]! / Math.sqrt(mean);
      factors[i * directions.length + r] = Math.max(-MOST, Math.min(value, MOST));
      rest -= value * value;
    });
    diagonal[i] = Math.min(MOST, Math.max(rest, LEAST_SHARE * whole, LEAST_SHARE));
  }
  return { diagonal, factors };
}

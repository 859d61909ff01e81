import type { Tensor } from "@banana-peel/format";
import type { Factors } from "./delta/delta.js";
import type { Matrix } from "./delta/matrix.js";

/** A canonical adapter as its tensors, with what peel.json says about them. */
export interface ImportedAdapter {
  /** `<module path>.lora_A.weight` [r,K] and `.lora_B.weight` [N,r], with kernels; docs/specification/peel.md, Adapter. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Largest rank of the targets. */
  readonly rank: number;
  /** delta W = alpha / r * B A, with r the target's own rank. */
  readonly alpha: number;
}

/** The schema's largest alpha (peel.schema.json). */
const MAX_ALPHA = 65_536;

/**
 * Puts the updates of all targets under one alpha: the one that most of them have as it is. The others' scale is
 * multiplied into lora_B, which rounds once to float32; factors that aren't changed keep their bytes and type.
 * @param kernels sizes of the targets' kernels, by path: convolutions get their factors' whole shapes
 */
export function canonical(
  updates: ReadonlyMap<string, Factors>,
  kernels: ReadonlyMap<string, readonly number[] | undefined>,
): ImportedAdapter {
  const alpha = commonAlpha([...updates.values()]);
  const tensors = new Map<string, Tensor>();
  let rank = 0;
  for (const [path, factors] of [...updates].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    rank = Math.max(rank, factors.rank);
    const kernel = kernels.get(path)?.some((size) => size !== 1) ? kernels.get(path)! : [];
    const channels = kernel.reduce((rest, size) => rest / size, factors.a.columns);
    tensors.set(`${path}.lora_A.weight`, toTensor(factors.a, [factors.a.rows, channels, ...kernel]));
    const b = scaled(factors.b, ownAlpha(factors) / alpha);
    tensors.set(`${path}.lora_B.weight`, toTensor(b, [b.rows, b.columns, ...kernel.map(() => 1)]));
  }
  return { tensors, rank, alpha };
}

/** The alpha that says an update's scale without changing its factors. */
function ownAlpha({ scale, rank }: Factors): number {
  const alpha = scale * rank;
  const near = Math.round(alpha);
  // alpha / r * r may miss the whole number that the file gave by one rounding.
  return Math.abs(alpha - near) <= Math.abs(near) * 4 * Number.EPSILON ? near : alpha;
}

/** The most frequent alpha that the manifest can hold; the largest of equally frequent ones. */
function commonAlpha(updates: readonly Factors[]): number {
  const counts = new Map<number, number>();
  for (const factors of updates) {
    const alpha = ownAlpha(factors);
    if (alpha > 0 && alpha <= MAX_ALPHA) counts.set(alpha, (counts.get(alpha) ?? 0) + 1);
  }
  const [best] = [...counts].sort(([a, x], [b, y]) => y - x || b - a);
  return best?.[0] ?? 1;
}

function scaled(matrix: Matrix, factor: number): Matrix {
  if (factor === 1) return matrix;
  const { rows, columns } = matrix;
  return { rows, columns, data: matrix.data.map((value) => value * factor) };
}

function toTensor({ data, tensor }: Matrix, shape: readonly number[]): Tensor {
  if (tensor !== undefined) return { dtype: tensor.dtype, shape: [...shape], data: tensor.data };
  const bytes = new Uint8Array(4 * data.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) view.setFloat32(4 * i, data[i]!, true);
  return { dtype: "F32", shape: [...shape], data: bytes };
}

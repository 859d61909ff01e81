import { type Dtype, elementCount, LIMITS, type TensorSink } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";
import type { TensorRole } from "./names.js";
import { BITS, scanValues, type Values } from "./values.js";

/** What one tensor is, seen on its own. */
export interface CheckedTensor {
  readonly shape: readonly number[];
  /**
   * For a factor: which indices of the rank have a value other than zero (row r of A, column r of B). Undefined when
   * something is wrong with the tensor, or it is no factor.
   */
  readonly used: Uint8Array | undefined;
  readonly problems: readonly Problem[];
}

/**
 * peel/adapter-tensors and peel/nan for one tensor on its own: a matrix, or a factor of a convolution, of finite F32,
 * F16 or BF16 values.
 * @returns what receives its bytes, and the judgement, to be asked for at its end
 */
export function tensorCheck(
  dtype: Dtype,
  shape: readonly number[],
  role: TensorRole,
  where: string,
): { sink: TensorSink | undefined; end: () => CheckedTensor } {
  const problems: Problem[] = [];
  const refuse = (message: string, hint: string) => {
    problems.push(problem("peel/adapter-tensors", { message, where, hint }));
  };
  const isFactor = role.kind === "a" || role.kind === "b";
  const isSized =
    shape.every((size) => size > 0) &&
    (isFactor ? shape.length >= 2 && shape.length <= 5 : shape.length === 2);
  if (!isSized)
    refuse(
      `expected two dimensions${isFactor ? ", or those of a convolution," : ""} of at least 1, found [${shape.slice(0, 10).join(",")}]`,
      "Save lora_A as [rank, K] or [rank, channels, kernel] and lora_B as [N, rank]; vectors have no canonical form: leave the tensor away.",
    );
  const rank = role.kind === "a" ? shape[0]! : shape[1]!;
  if (isSized && isFactor && rank > LIMITS.rank)
    refuse(
      `expected a rank of at most ${LIMITS.rank}, found ${rank}`,
      "Reduce the rank, by a truncated SVD.",
    );
  const bits = BITS[dtype];
  if (bits === undefined) refuse(`expected F32, F16 or BF16, found ${dtype}`, "Save the tensor as F16.");
  const tracks = isSized && isFactor && problems.length === 0;
  const values: Values = {
    seen: 0,
    bad: 0,
    first: undefined,
    used: new Uint8Array(tracks ? rank : 0),
    unused: tracks ? rank : 0,
    // Row-major: in A [rank,K] a rank index is a row, in B [N,rank] a column.
    stride: role.kind === "a" ? { index: elementCount(shape.slice(1)), every: 0 } : { index: 1, every: rank },
  };
  return {
    sink: bits === undefined ? undefined : (elements) => scanValues(elements, bits, values),
    end() {
      const { bad, first } = values;
      if (first !== undefined)
        problems.push(
          problem("peel/nan", {
            message: `expected finite numbers, found ${bad} of ${elementCount(shape)} that aren't, the first ${first.value} at element ${first.at}`,
            where,
            hint: "The training diverged or a type overflowed; train again, or save as F32.",
          }),
        );
      return { shape, used: tracks && problems.length === 0 ? values.used : undefined, problems };
    },
  };
}

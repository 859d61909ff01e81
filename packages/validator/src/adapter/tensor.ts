import { LIMITS, type Tensor, toFloat32 } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";

/**
 * peel/adapter-tensors and peel/nan for one tensor on its own: a matrix of finite F32, F16 or BF16 values.
 * `values` is there when nothing is wrong with it.
 */
export function checkTensor(tensor: Tensor, where: string): { values?: Float32Array; problems: Problem[] } {
  const problems: Problem[] = [];
  const refuse = (message: string, hint: string) => {
    problems.push(problem("peel/adapter-tensors", { message, where, hint }));
  };
  const { shape, dtype } = tensor;
  const isMatrix = shape.length === 2 && shape.every((size) => size > 0);
  if (!isMatrix)
    refuse(
      `expected two dimensions of at least 1, found [${shape.slice(0, 10).join(",")}]`,
      "Convolutions and vectors have no canonical form yet; leave the tensor away.",
    );
  const isPair = where.endsWith(".weight");
  const rank = where.endsWith(".lora_A.weight") ? shape[0]! : shape[1]!;
  if (isMatrix && isPair && rank > LIMITS.rank)
    refuse(
      `expected a rank of at most ${LIMITS.rank}, found ${rank}`,
      "Reduce the rank, by a truncated SVD.",
    );
  const values = toFloat32(tensor);
  if (values === undefined) refuse(`expected F32, F16 or BF16, found ${dtype}`, "Save the tensor as F16.");
  else {
    const bad = notFinite(values);
    if (bad.count > 0)
      problems.push(
        problem("peel/nan", {
          message: `expected finite numbers, found ${bad.count} of ${values.length} that aren't, the first ${values[bad.first]} at element ${bad.first}`,
          where,
          hint: "The training diverged or a type overflowed; train again, or save as F32.",
        }),
      );
  }
  return problems.length === 0 && values !== undefined ? { values, problems } : { problems };
}

function notFinite(values: Float32Array): { count: number; first: number } {
  let count = 0;
  let first = -1;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    if (count++ === 0) first = i;
  }
  return { count, first };
}

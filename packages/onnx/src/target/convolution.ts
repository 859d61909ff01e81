import type { OnnxNode, OnnxTensor } from "../model/types.js";
import type { Convolution, Fail } from "./types.js";

/** Most axes of a kernel that onnxruntime convolves along. */
const MOST_AXES = 3;

/**
 * The shape of a convolution from its weight: [N, channels / groups, kernel], or [channels, N / groups, kernel] of
 * ConvTranspose.
 */
export function convolutionOf(
  { ints, lists }: OnnxNode,
  { dims }: OnnxTensor,
  transposed: boolean,
  fail: Fail,
): Convolution {
  const [first, second, ...kernel] = dims;
  const groups = ints.get("group") ?? 1;
  if (!first || !second || kernel.length === 0 || kernel.length > MOST_AXES)
    throw fail(`expected a kernel of one to ${MOST_AXES} axes, found a weight [${dims.join(",")}]`);
  if (groups < 1 || first % groups !== 0)
    throw fail(`expected groups that divide ${first} channels, found ${groups}`);
  const stated = lists.get("kernel_shape");
  if (stated !== undefined && stated.join() !== kernel.join())
    throw fail(`expected kernel_shape ${kernel.join(",")} as the weight has, found ${stated.join(",")}`);
  return { kernel, groups, channels: transposed ? first : second * groups };
}

/** Throws unless scales along an axis are those of output channels, in no blocks. */
export function checkChannelAxis(axis: number, wanted: number, blockSize: number | undefined, fail: Fail) {
  if (blockSize !== undefined)
    throw fail(`expected a convolution's weight without blocks, found block_size ${blockSize}`);
  if (axis !== wanted) throw fail(`expected scales along axis ${wanted}, found axis ${axis}`);
}

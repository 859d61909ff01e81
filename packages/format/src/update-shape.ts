/** The sizes of a low-rank update. */
export interface UpdateShape {
  readonly rank: number;
  readonly k: number;
  readonly n: number;
  /** Sizes of a convolution's kernel; undefined for matrices, and for kernels of 1. */
  readonly kernel?: readonly number[] | undefined;
}

/** Most sizes of a kernel. */
const KERNEL_AXES = 3;

/**
 * The sizes that lora_A [r,K] and lora_B [N,r] have together; of a convolution lora_A [r, channels / groups, kernel] and
 * lora_B [N, r, 1, ...]. Specification: docs/specification/peel.md, Adapter.
 * @returns the sizes, or which of the two is wrong and why
 */
export function updateShape(
  shapeA: readonly number[],
  shapeB: readonly number[],
): UpdateShape | { readonly wrong: "A" | "B"; readonly message: string } {
  const show = (shape: readonly number[]) => `[${shape.slice(0, 10).join(",")}]`;
  const [rank, channels, ...kernel] = shapeA;
  if (!rank || !channels || kernel.length > KERNEL_AXES || kernel.includes(0))
    return {
      wrong: "A",
      message: `expected [r,K], or [r,channels,kernel] of a convolution, found ${show(shapeA)}`,
    };
  const [n, rankB, ...ones] = shapeB;
  const flat = ones.length === 0 && shapeB.length === 2;
  if (!n || !rankB || !(flat || (ones.length === kernel.length && ones.every((size) => size === 1))))
    return {
      wrong: "B",
      message: `expected [N,${rank}]${kernel.length > 0 ? ` or [N,${[rank, ...kernel.map(() => 1)].join(",")}]` : ""}, found ${show(shapeB)}`,
    };
  if (rankB !== rank)
    return { wrong: "B", message: `expected [N,${rank}] to match lora_A's rank, found ${show(shapeB)}` };
  const k = kernel.reduce((product, size) => product * size, channels);
  return kernel.every((size) => size === 1) ? { rank, k, n } : { rank, k, n, kernel };
}

/**
 * The shapes that an update of a target has, for messages: lora_A [r,K] and lora_B [N,r], with the kernel where there
 * is one.
 */
export function showUpdateShape({ rank, k, n, kernel = [] }: UpdateShape): string {
  const channels = kernel.reduce((rest, size) => rest / size, k);
  return `lora_A [${[rank, channels, ...kernel].join(",")}] and lora_B [${[n, rank, ...kernel.map(() => 1)].join(",")}]`;
}

/** The kernel that an update of a target must have; undefined for matrices, and for kernels of 1. */
function updateKernel({ kernel }: { kernel?: readonly number[] | undefined }): readonly number[] | undefined {
  return kernel === undefined || kernel.every((size) => size === 1) ? undefined : kernel;
}

/** True when an update has the sizes of a target. */
export function fitsTarget(
  update: Omit<UpdateShape, "rank">,
  target: { k: number; n: number; kernel?: readonly number[] | undefined },
): boolean {
  const kernel = updateKernel(target);
  return update.k === target.k && update.n === target.n && update.kernel?.join() === kernel?.join();
}

import {
  checkGrid,
  type Grid,
  type OnnxTensor,
  readElements,
  type Stored,
  storedView,
  toFloats,
} from "@banana-peel/onnx";
import type { CheckedFiles } from "./check-files.js";
import type { OpenTarget } from "./check-target.js";

/** The stored weight of a target and the grid that it lies on. */
export interface TargetWeights {
  readonly grid: Grid;
  /** [K,N] row-major; possibly a view of the model's own bytes: not to be written to. */
  readonly stored: Stored;
}

/** Reads the quantised weight of a target, its scales and zero points. */
export async function readWeights(
  { target, weight, scale, zeroPoint }: OpenTarget,
  files: CheckedFiles,
  signal: AbortSignal | undefined,
): Promise<TargetWeights> {
  const elements = (tensor: OnnxTensor) =>
    readElements(tensor, ({ location, offset, length }) => files.readRange(location, offset, length, signal));
  const { scheme, k, n } = target;
  const grid = checkGrid(
    {
      k,
      n,
      signed: scheme.signed,
      min: scheme.min,
      max: scheme.max,
      along: scheme.granularity === "tensor" ? "tensor" : scheme.axis === 0 ? "k" : "n",
      scales: toFloats(await elements(scale)),
      zeroPoints: zeroPoint && storedView(await elements(zeroPoint), scheme.signed),
    },
    target.path,
  );
  return { grid, stored: storedView(await elements(weight), scheme.signed) };
}

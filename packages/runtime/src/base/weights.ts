import type { Target } from "@banana-peel/format";
import {
  type FormData,
  type FormSpec,
  type OnnxTensor,
  openForm,
  readElements,
  type WeightForm,
} from "@banana-peel/onnx";
import type { CheckedFiles } from "./check-files.js";
import type { OpenTarget } from "./check-target.js";

/** Reads the weight of a target, its scales and zero points, in the form that the card says. */
export async function readWeights(
  open: OpenTarget,
  files: CheckedFiles,
  signal: AbortSignal | undefined,
): Promise<WeightForm> {
  return openForm(formSpec(open.target), await readFormData(open, files, signal), open.target.path);
}

/** Reads the bytes of a target's weight, its scales and zero points. */
export async function readFormData(
  { weight, scale, zeroPoint }: OpenTarget,
  files: CheckedFiles,
  signal: AbortSignal | undefined,
): Promise<FormData> {
  const elements = async (tensor: OnnxTensor) => ({
    dataType: tensor.dataType,
    bytes: await readElements(tensor, ({ location, offset, length }) =>
      files.readRange(location, offset, length, signal),
    ),
  });
  return {
    weight: await elements(weight),
    scale: scale && (await elements(scale)),
    zeroPoint: zeroPoint && (await elements(zeroPoint)),
  };
}

/** How a target's weight is stored, as the card says. */
export function formSpec({ scheme, k, n, layout, groups, kernel = [] }: Target): FormSpec {
  const positions = kernel.reduce((product, size) => product * size, 1);
  return { ...scheme, k, n, layout, groups, positions, min: scheme.min ?? 0, max: scheme.max ?? 0 };
}

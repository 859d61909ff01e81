import type { Target } from "@banana-peel/format";
import { type FormSpec, type OnnxTensor, openForm, readElements, type WeightForm } from "@banana-peel/onnx";
import type { CheckedFiles } from "./check-files.js";
import type { OpenTarget } from "./check-target.js";

/** Reads the weight of a target, its scales and zero points, in the form that the card says. */
export async function readWeights(
  { target, weight, scale, zeroPoint }: OpenTarget,
  files: CheckedFiles,
  signal: AbortSignal | undefined,
): Promise<WeightForm> {
  const elements = async (tensor: OnnxTensor) => ({
    dataType: tensor.dataType,
    bytes: await readElements(tensor, ({ location, offset, length }) =>
      files.readRange(location, offset, length, signal),
    ),
  });
  return openForm(
    formSpec(target),
    {
      weight: await elements(weight),
      scale: scale && (await elements(scale)),
      zeroPoint: zeroPoint && (await elements(zeroPoint)),
    },
    target.path,
  );
}

/** How a target's weight is stored, as the card says. */
export function formSpec({ scheme, k, n, layout, groups, kernel = [] }: Target): FormSpec {
  const positions = kernel.reduce((product, size) => product * size, 1);
  return { ...scheme, k, n, layout, groups, positions, min: scheme.min ?? 0, max: scheme.max ?? 0 };
}

import { dataTypeName, type OnnxValue } from "@banana-peel/onnx";
import type { GraphValue } from "./types.js";

/** An input or output of a graph, in onnxruntime's words. */
export function graphValue({ name, dataType, dims }: OnnxValue): GraphValue {
  return { name, type: dataType === undefined ? undefined : dataTypeName(dataType), dims };
}

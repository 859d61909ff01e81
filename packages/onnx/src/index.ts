export { editModel } from "./edit/edit-model.js";
export type { ElementsEdit, ModelEdits, NewInput, NewNode } from "./edit/types.js";
export { ONNX_LIMITS } from "./limits.js";
export { DATA_TYPE, dataTypeName } from "./model/data-type.js";
export { type ReadExternal, readElements, toFloats } from "./model/elements.js";
export { readModel } from "./model/read-model.js";
export type {
  ExternalData,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
  TensorData,
} from "./model/types.js";
export { type DitherSeed, dither, ditherSeed } from "./quant/dither.js";
export { checkGrid, dequantise, type Grid, rowScales, type Stored, storedView } from "./quant/grid.js";
export { type RequantiseRow, requantiser } from "./quant/requantise.js";
export { nearest, type Rounding } from "./quant/rounding.js";
export { type TracedTarget, traceTarget } from "./target/trace.js";

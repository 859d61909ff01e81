export { editModel } from "./edit/edit-model.js";
export type { ElementsEdit, ModelEdits, NewInitializer, NewInput, NewNode, NewOutput } from "./edit/types.js";
export { type Elements, type FormData, type FormSpec, openForm } from "./form/open-form.js";
export { type Plane, planeOf } from "./form/plane.js";
export { type BlocksAlong, PROMOTED_BLOCK, type Promoted, type Promotion, promote } from "./form/promote.js";
export { type PromotedEdits, promotedEdits } from "./form/promoted-edits.js";
export type { WeightForm, WeightMerge } from "./form/types.js";
export { type InspectGraphOptions, inspectGraph } from "./inspect/inspect-graph.js";
export type { Doubt, DoubtReason, FoundTarget, GraphInspection } from "./inspect/types.js";
export { ONNX_LIMITS } from "./limits.js";
export { DATA_TYPE, dataTypeName } from "./model/data-type.js";
export { type ReadExternal, readElements } from "./model/elements.js";
export { fromFloats, toFloats } from "./model/floats.js";
export { readModel, readModelInTurns } from "./model/read-model.js";
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
export { nearest, type Rounding } from "./quant/rounding.js";
export { traceTarget } from "./target/trace.js";
export type { Convolution, QuantisedValue, TargetKind, TracedTarget } from "./target/types.js";

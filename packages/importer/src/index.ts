export type { ImportedAdapter } from "./canonical.js";
export type { Approximation, ReadWeight } from "./convert.js";
export { type Delta, type Factors, lowRankDelta } from "./delta/delta.js";
export { doraDelta, type Magnitude } from "./delta/dora.js";
export { lohaDelta } from "./delta/loha.js";
export { fullSide, lokrDelta, type Side } from "./delta/lokr.js";
export { type Matrix, toMatrix } from "./delta/matrix.js";
export { IMPORTERS } from "./detect.js";
export {
  type CoveredTarget,
  type ImportOptions,
  type ImportRequest,
  type ImportResult,
  importAdapter,
} from "./import-adapter.js";
export type { Importer, LoraFiles, LoraModules, RefusedModule, SourceModule } from "./importer.js";
export { IMPORT_LIMITS } from "./limits.js";
export type { MatchKind } from "./match/candidates.js";
export type { Unmatched } from "./match/match.js";
export type { Component, ModuleName } from "./names/module-name.js";
export { type LoraSource, readFiles } from "./read-files.js";

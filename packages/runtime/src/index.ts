export { openBase } from "./base/open-base.js";
export type { Base, BaseFiles, OpenBaseOptions, Report, ReportPeel, SetPeelsOptions } from "./base/types.js";
export type { GraphMerge } from "./models/merge-graph.js";
export {
  type BaseModels,
  type MergedModels,
  type OpenModelsOptions,
  openModels,
  type Watch,
} from "./models/open-models.js";
export type { Feeds, Ort, Session, SessionOptions } from "./ort.js";
export { openPeel } from "./peel/open-peel.js";
export type { LoadedPeel, PeelUse } from "./peel/types.js";
export type { Plan, PlanOptions, PlanTarget, Retention, RoundingName, Strategy } from "./plan/types.js";

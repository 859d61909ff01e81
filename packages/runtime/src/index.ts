export { openBase } from "./base/open-base.js";
export type { Base, BaseFiles, OpenBaseOptions, Report, ReportPeel, SetPeelsOptions } from "./base/types.js";
export type { Feeds, Ort, Session, SessionOptions } from "./ort.js";
export { openPeel } from "./peel/open-peel.js";
export type { LoadedPeel, PeelUse } from "./peel/types.js";
export type { Plan, PlanOptions, PlanTarget, Retention, RoundingName, Strategy } from "./plan/types.js";

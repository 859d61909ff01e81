export { openBase } from "./base/open-base.js";
export type {
  Base,
  BaseFiles,
  FeedData,
  FeedValue,
  GraphValue,
  Merging,
  OpenBaseOptions,
  Report,
  ReportPeel,
  RunFeeds,
  RunOptions,
  SetPeelsOptions,
} from "./base/types.js";
export type { CachedSet, MergedCache, MergedFile, SetContent, SetToMake, StoredSet } from "./cache/types.js";
export { inspectBase } from "./inspect/inspect-base.js";
export type { BaseDoubt, BaseInspection, InspectBaseOptions } from "./inspect/types.js";
export type { Folded, FoldTask, FoldWork, MergeEngine } from "./merge/types.js";
export type { GraphMerge } from "./models/merge-graph.js";
export {
  type BaseModels,
  type MergedModels,
  type OpenModelsOptions,
  openModels,
} from "./models/open-models.js";
export {
  type CollectedMoments,
  type CollectMomentsOptions,
  collectMoments,
} from "./moments/collect-moments.js";
export type { Feeds, Ort, Session, SessionOptions } from "./ort.js";
export { openPeel } from "./peel/open-peel.js";
export type { LoadedPeel, PeelChoice, PeelUse } from "./peel/types.js";
export type { Plan, PlanOptions, PlanTarget, Retention, RoundingName, Strategy } from "./plan/types.js";
export type { Watch } from "./plan/watch.js";
export type { OnProgress, Progress } from "./progress.js";

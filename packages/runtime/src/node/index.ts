export { baseFolder } from "./base-folder.js";
export { type InspectedModels, type InspectModelsOptions, inspectModels } from "./inspect-models.js";
export { type MergedCacheOptions, mergedCache } from "./merged-cache.js";
export { cleanMergedSets, type ListSetsOptions, listMergedSets, type MergedSet } from "./merged-sets.js";
export { type NodeEngineOptions, nodeEngine } from "./node-engine.js";
export { type OpenFolderOptions, openBase } from "./open-folder.js";
export { openModels } from "./open-models.js";
export { type OrtWorker, type OrtWorkerOptions, openOrtWorker } from "./open-ort-worker.js";
export { type WriteMergedOptions, type WrittenBase, writeMerged } from "./write-merged.js";

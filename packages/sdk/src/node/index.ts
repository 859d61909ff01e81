export {
  type AddReport,
  addPeels,
  type InstallReport,
  installPeels,
  listPeels,
  removePeels,
  updatePeels,
} from "@banana-peel/client";
export { type OrtWorker, type OrtWorkerOptions, openOrtWorker } from "@banana-peel/runtime/node";
export * from "../common.js";
export { type OpenFolderOptions, openBase } from "./open-base.js";
export { type OpenPeelOptions, openPeel } from "./open-peel.js";

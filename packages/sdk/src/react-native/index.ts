export * from "../common.js";
export type { DeviceFiles } from "./device-files.js";
export { deviceSource } from "./device-source.js";
export { type OpenDeviceOptions, openBase } from "./open-base.js";
export { type OpenPeelOptions, openPeel } from "./open-peel.js";

export * from "../common.js";
export { type OpenUrlOptions, openBase } from "./open-base.js";
export { type OpenPeelOptions, openPeel } from "./open-peel.js";
export type { Fetch } from "./url-files.js";
export { urlSource } from "./url-source.js";

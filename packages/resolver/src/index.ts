export type { AdapterFit, Catalogue, CatalogueEntry, CatalogueVersion, ProjectBase } from "./catalogue.js";
export { unknownPeel } from "./explain.js";
export { type ChosenAdapter, chooseAdapters, fits } from "./fit.js";
export { nearest } from "./nearest.js";
export { type Resolution, type ResolvedPeel, type ResolveOptions, resolve } from "./resolve.js";

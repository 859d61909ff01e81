export type { AdapterFit, Catalogue, CatalogueEntry, CatalogueVersion, ProjectBase } from "./catalogue.js";
export { unknownPeel } from "./explain.js";
export { type ChosenAdapter, chooseAdapters, fits } from "./fit.js";
export { nearest } from "./nearest.js";
export { resolve } from "./resolve.js";
export type { Resolution, ResolvedPeel, ResolveOptions } from "./session.js";

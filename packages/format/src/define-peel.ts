import type { PeelManifest } from "./generated/peel.js";

/**
 * What a peel.config.ts says: fields of peel.json. Those that it leaves out stay as peel.json has them, so that what
 * commands write there (adapters, previews) needn't be repeated.
 */
export type PeelConfig = Pick<PeelManifest, "name" | "version" | "description" | "license"> &
  Partial<Omit<PeelManifest, "formatVersion" | "$schema">>;

/** Gives the object back: for types and completion in an editor. */
export function definePeel(config: PeelConfig): PeelConfig {
  return config;
}

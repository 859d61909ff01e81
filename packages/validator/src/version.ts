import { valid } from "semver";

/** The mend of a version that isn't one. */
export const VERSION_HINT =
  "Write MAJOR.MINOR.PATCH, as in 1.0.0 or 1.0.0-beta.1; without v and without +build.";

/**
 * True for a version of semver.org 2.0.0 without build metadata, spelled as npm registries store it.
 * Specification: docs/specification/peel.md, Names and versions.
 */
export function isPlainVersion(version: string): boolean {
  return valid(version) === version;
}

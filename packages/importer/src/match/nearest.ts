import { closest } from "fastest-levenshtein";
import { IMPORT_LIMITS } from "../limits.js";

/**
 * The target whose path is spelled most like a module's, for messages.
 * @param search how many searches this import has made; past IMPORT_LIMITS.nearest nothing is looked up
 */
export function nearestTarget(name: string, paths: readonly string[], search: number): string[] {
  if (paths.length === 0 || search > IMPORT_LIMITS.nearest) return [];
  return [closest(name, [...paths])];
}

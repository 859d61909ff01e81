import { RE2JS } from "re2js";
import { invalid, unsupported } from "../errors.js";
import { IMPORT_LIMITS } from "../limits.js";
import { number } from "./peft-options.js";

/** One entry of rank_pattern or alpha_pattern. */
export interface Pattern {
  readonly matches: (path: string) => boolean;
  readonly value: number;
}

/**
 * PEFT's rule, utils/other.py get_pattern_key: re.match(r"(.*\.)?(KEY)$", path); the first match wins.
 * @throws BananaError IMPORT_INVALID, IMPORT_UNSUPPORTED
 */
export function patterns(value: unknown, where: string): Pattern[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== "object" || Array.isArray(value))
    throw invalid(
      where,
      `expected an object, found ${JSON.stringify(value)}`,
      "Correct adapter_config.json.",
    );
  const entries = Object.entries(value);
  if (entries.length > IMPORT_LIMITS.patterns)
    throw invalid(where, `expected at most ${IMPORT_LIMITS.patterns} patterns, found ${entries.length}`);
  return entries.map(([key, entry]) => {
    if (key.length > IMPORT_LIMITS.patternLength)
      throw invalid(
        where,
        `expected patterns of at most ${IMPORT_LIMITS.patternLength} characters, found ${key.length}`,
      );
    return { matches: compile(key, where), value: number(entry, `${where}/${key}`) };
  });
}

/** The value of the first pattern that a path matches. */
export function first(list: readonly Pattern[], path: string): number | undefined {
  return list.find(({ matches }) => matches(path))?.value;
}

/** RE2 takes linear time, so that a pattern of a stranger can't hang the import. */
function compile(key: string, where: string): (path: string) => boolean {
  try {
    const expression = RE2JS.compile(`(?:.*\\.)?(?:${key})`);
    return (path) => expression.matches(path);
  } catch (cause) {
    const error = unsupported(
      `the pattern ${JSON.stringify(key.slice(0, 80))}`,
      where,
      "it is no regular expression of linear time (RE2)",
      "Write the pattern without look-around and back-references.",
    );
    throw Object.assign(error, { cause });
  }
}

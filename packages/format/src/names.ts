import { BananaError } from "./errors/banana-error.js";

const SCOPED = /^@[a-z0-9][a-z0-9._-]*\/[a-z0-9][a-z0-9._-]*$/;
const BARE = /^[a-z0-9][a-z0-9._-]*$/;
const MAX_NAME = 214;
/** Characters of a range, as in project.schema.json. */
const MAX_RANGE = 200;

/** A peel asked for on a command line: its full name and what was said of the version. */
export interface PeelRequest {
  /** Full name, `@scope/name`. */
  name: string;
  /** semver range or dist-tag; undefined when none was given. */
  range: string | undefined;
}

/**
 * Reads `name`, `name@range`, `@scope/name` or `@scope/name@range`. A bare name is one of `defaultScope`.
 * Specification: docs/specification/peel.md, Names.
 * @throws BananaError NAME_INVALID
 */
export function parsePeelRequest(text: string, defaultScope = "@peels"): PeelRequest {
  const at = text.indexOf("@", 1);
  const rawName = at < 0 ? text : text.slice(0, at);
  const range = at < 0 ? undefined : text.slice(at + 1);
  const name = BARE.test(rawName) ? `${defaultScope}/${rawName}` : rawName;
  if (!SCOPED.test(name) || name.length > MAX_NAME || range === "" || (range?.length ?? 0) > MAX_RANGE) {
    throw new BananaError(
      "NAME_INVALID",
      `expected name, @scope/name or either with @version, found ${JSON.stringify(text.slice(0, 300))}`,
      {
        where: text.slice(0, 300),
        hint: "Use lower-case letters, digits, '.', '_' and '-': for example medical-imaging@^1.0.0.",
      },
    );
  }
  return { name, range };
}

/** True for a full peel name, `@scope/name`. */
export function isPeelName(name: string): boolean {
  return name.length <= MAX_NAME && SCOPED.test(name);
}

import { BananaError } from "./errors/banana-error.js";

const SCOPED = /^@[a-z0-9][a-z0-9._-]*\/[a-z0-9][a-z0-9._-]*$/;
const BARE = /^[a-z0-9][a-z0-9._-]*$/;
const MAX_NAME = 214;
/** Characters of a range, as in project.schema.json. */
const MAX_RANGE = 200;
/** Device names of Windows, with or without an extension, and names that npm keeps for itself. */
const RESERVED = /^(?:(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?|node_modules|favicon\.ico)$/;
const TAG = /^[a-z][a-z0-9._-]{0,63}$/i;

/** A peel asked for on a command line: its full name and what was said of the version. */
export interface PeelRequest {
  /** Full name, `@scope/name`. */
  name: string;
  /** semver range or dist-tag; undefined when none was given. */
  range: string | undefined;
}

/**
 * Reads `name`, `name@range`, `@scope/name` or `@scope/name@range`. A bare name is one of `defaultScope`.
 * Specification: docs/specification/peel.md, Names and versions.
 * @throws BananaError NAME_INVALID
 */
export function parsePeelRequest(text: string, defaultScope = "@peels"): PeelRequest {
  const at = text.indexOf("@", 1);
  const rawName = at < 0 ? text : text.slice(0, at);
  const range = at < 0 ? undefined : text.slice(at + 1);
  const name = BARE.test(rawName) ? `${defaultScope}/${rawName}` : rawName;
  const why =
    nameProblem(name) ??
    (range === "" ? "there is nothing after the last @" : undefined) ??
    ((range?.length ?? 0) > MAX_RANGE ? `the range has more than ${MAX_RANGE} characters` : undefined) ??
    (/\p{Cc}/u.test(range ?? "") ? "the range has a control character" : undefined) ??
    (/[:/\\]/.test(range ?? "") ? "the range looks like an address or an alias of npm" : undefined);
  if (why === undefined) return { name, range };
  throw invalid("name, @scope/name or either with @version", text, why);
}

/** True for a full peel name, `@scope/name`. */
export function isPeelName(name: string): boolean {
  return nameProblem(name) === undefined;
}

/**
 * Refuses what is no full peel name. Whatever makes a path, an address or a command's argument of a name calls this
 * or `isPeelName` first: no name can be a path, an option, or look like another one.
 * Specification: docs/specification/peel.md, Names and versions.
 * @param where place of the name, for the message
 * @throws BananaError NAME_INVALID
 */
export function requirePeelName(name: string, where: string = name): string {
  const why = nameProblem(name);
  if (why === undefined) return name;
  throw invalid("a peel's name, @scope/name", name, why, where);
}

/**
 * True for what may name a version in a registry: no text that could be taken for a version, a range, an address or
 * an option. Specification: docs/specification/lock.md, banana.json.
 */
export function isDistTag(text: string): boolean {
  return TAG.test(text) && !/^[vx]\d|^x$/i.test(text);
}

/** Why a text is no full peel name; undefined when it is one. */
function nameProblem(name: string): string | undefined {
  if (name.length > MAX_NAME) return `it has more than ${MAX_NAME} characters`;
  if (!SCOPED.test(name)) return characterProblem(name);
  const parts = name.slice(1).split("/");
  // A folder x. is the folder x on Windows.
  if (parts.some((part) => part.endsWith("."))) return "a part of it ends with a dot";
  const reserved = parts.find((part) => RESERVED.test(part));
  return reserved === undefined ? undefined : `${reserved} is reserved`;
}

function characterProblem(name: string): string {
  const foreign = [...name].find((char) => !/[\x21-\x7e]/.test(char));
  if (foreign !== undefined) {
    const code = foreign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    return `U+${code} is not a character of names, whatever it looks like`;
  }
  if (name.startsWith("-")) return "it begins like an option";
  if (/[A-Z]/.test(name)) return "names are in lower case";
  if (/^[./~]|\\|\.\.|^[a-z]:/i.test(name)) return "it looks like a path or an address";
  return "names have a scope and a name of letters, digits, '.', '_' and '-'";
}

function invalid(expected: string, text: string, why: string, where = text): BananaError {
  return new BananaError(
    "NAME_INVALID",
    `expected ${expected}, found ${JSON.stringify(text.slice(0, 300))}: ${why}`,
    {
      where: where.slice(0, 300),
      hint: "Use lower-case letters, digits, '.', '_' and '-': for example medical-imaging@^1.0.0.",
    },
  );
}

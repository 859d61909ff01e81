import { LICENSE_EXCEPTIONS, LICENSE_IDS } from "../generated/spdx.js";
import { nearest } from "../schema/nearest.js";

/** What is wrong with a licence expression. */
export interface LicenseProblem {
  /** What was expected and found, of the place where reading stopped. */
  readonly message: string;
  /** What was probably meant; undefined when nothing is near. */
  readonly suggestion: string | undefined;
}

/** Parentheses inside each other; the schema bounds the text, this the stack (CWE-674). */
const MAX_DEPTH = 50;
const TOKEN = /\s*(?:([()])|([^\s()]+))/y;
const REFERENCE = /^(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+$/;
const OPERATORS = ["AND", "OR", "WITH"];
const ids = new Set(LICENSE_IDS);
const exceptions = new Set(LICENSE_EXCEPTIONS);

/** Common names of licences that are near no identifier by letters. */
const KNOWN_AS: readonly (readonly [pattern: RegExp, id: string])[] = [
  [/^apache(?: license)?,?(?: version)?[ -]?v?2(?:\.0)?$/i, "Apache-2.0"],
  [/^(?:cc0|public domain|cc-zero|creative commons zero)$/i, "CC0-1.0"],
  [/^cc[ -]by[ -]?(\d)(?:\.0)?$/i, "CC-BY-$1.0"],
  [/^cc[ -]by$/i, "CC-BY-4.0"],
  [/^cc[ -]by[ -]sa$/i, "CC-BY-SA-4.0"],
  [/^cc[ -]by[ -]nc$/i, "CC-BY-NC-4.0"],
  [/^(?:the )?mit licen[sc]e$/i, "MIT"],
  [/^(?:bsd|new bsd|3-clause bsd|bsd 3-clause)(?: licen[sc]e)?$/i, "BSD-3-Clause"],
  [/^(?:gpl|gplv3|gpl-?3)$/i, "GPL-3.0-only"],
  [/^(?:agpl|agplv3|agpl-?3)$/i, "AGPL-3.0-only"],
  [/^(?:(?:creativeml )?open ?rail(?:-?m)?)$/i, "LicenseRef-CreativeML-OpenRAIL-M"],
  [
    /^(?:unlicensed|proprietary|all rights reserved|other|custom|see licen[sc]e.*|none)$/i,
    "LicenseRef-Custom",
  ],
];

/**
 * Checks an SPDX licence expression (SPDX 2.3, annex D; the list of `npm run generate`): identifiers as they are
 * written there, LicenseRef- names, WITH exceptions, AND, OR, parentheses, + for later versions.
 * @returns undefined when it is one
 */
export function checkLicense(text: string): LicenseProblem | undefined {
  const found = read(text);
  if (found === undefined) return undefined;
  const name = text.trim();
  const known = KNOWN_AS.find(([pattern]) => pattern.test(name));
  if (known === undefined) return found;
  return problem(`expected an SPDX expression, found ${quoted(text)}`, name.replace(known[0], known[1]));
}

function read(text: string): LicenseProblem | undefined {
  const tokens = tokensOf(text);
  if (tokens.length === 0) return problem("expected an SPDX expression, found nothing", undefined);
  const reader = new Reader(tokens);
  const found = reader.expression(0);
  if (found !== undefined) return found;
  const left = reader.next();
  if (left === undefined) return undefined;
  return problem(`expected AND, OR or the end, found ${quoted(left)}`, operatorLike(left));
}

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  next(): string | undefined {
    return this.#tokens[this.#at++];
  }

  /** expression = part *(("AND" / "OR") part) */
  expression(depth: number): LicenseProblem | undefined {
    for (;;) {
      const found = this.#part(depth);
      if (found !== undefined) return found;
      const next = this.#tokens[this.#at];
      if (next !== "AND" && next !== "OR") return undefined;
      this.#at++;
    }
  }

  /** part = "(" expression ")" / licence ["WITH" exception] */
  #part(depth: number): LicenseProblem | undefined {
    const token = this.next();
    if (token === undefined) return problem("expected a licence, found the end", undefined);
    if (token === "(") {
      if (depth >= MAX_DEPTH)
        return problem(`expected at most ${MAX_DEPTH} parentheses in each other, found more`, undefined);
      const found = this.expression(depth + 1);
      if (found !== undefined) return found;
      const close = this.next();
      return close === ")" ? undefined : problem(`expected ), found ${quoted(close)}`, undefined);
    }
    const reference = REFERENCE.test(token);
    const id = token.endsWith("+") ? token.slice(0, -1) : token;
    if (!reference && !ids.has(id)) return unknownId(token);
    if (this.#tokens[this.#at] !== "WITH") return undefined;
    this.#at++;
    const exception = this.next();
    if (exception !== undefined && exceptions.has(exception)) return undefined;
    return problem(
      `expected an SPDX exception after WITH, found ${quoted(exception)}`,
      exception === undefined ? undefined : nearest(exception, LICENSE_EXCEPTIONS),
    );
  }
}

function unknownId(token: string): LicenseProblem {
  const suggestion = OPERATORS.includes(token) ? undefined : nearest(token, LICENSE_IDS);
  return problem(`expected an SPDX licence identifier, found ${quoted(token)}`, suggestion);
}

function operatorLike(token: string): string | undefined {
  return OPERATORS.find((operator) => operator === token.toUpperCase());
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text))
    tokens.push(match[1] ?? match[2]!);
  return tokens;
}

function problem(message: string, suggestion: string | undefined): LicenseProblem {
  return { message, suggestion };
}

function quoted(text: string | undefined): string {
  return text === undefined ? "the end" : JSON.stringify(text.slice(0, 80));
}

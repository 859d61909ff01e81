import { findDuplicateKey } from "./duplicate-key.js";
import { BananaError } from "./errors/banana-error.js";
import { LIMITS } from "./limits.js";

/**
 * Parses UTF-8 JSON (RFC 8259) more strictly than JSON.parse: no key twice in an object, no byte-order mark,
 * bounded size and depth.
 * @param label name of the file for messages
 * @throws BananaError JSON_INVALID, FILE_TOO_LARGE
 */
export function parseJson(bytes: Uint8Array, label: string, maxBytes: number = LIMITS.jsonBytes): unknown {
  if (bytes.length > maxBytes) {
    throw new BananaError(
      "FILE_TOO_LARGE",
      `expected ${label} to have at most ${maxBytes} bytes, found ${bytes.length}`,
      {
        where: label,
        hint: "Is this the right file? If it is, make it smaller.",
      },
    );
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw invalid(label, "expected UTF-8 text", "Save the file as UTF-8.", cause);
  }
  boundDepth(text, label);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw syntaxError(text, label, cause);
  }
  refuseDuplicateKeys(text, label);
  return value;
}

/** Refuses nesting beyond LIMITS.jsonDepth before a recursive parser sees the text. */
function boundDepth(text: string, label: string): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === 0x5c) i++;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      if (++depth > LIMITS.jsonDepth)
        throw invalid(label, `expected at most ${LIMITS.jsonDepth} levels of nesting`, "Flatten the file.");
    } else if (char === 0x7d || char === 0x5d) depth--;
  }
}

/** Throws for the first object that has a key twice; JSON.parse would keep the last silently. */
function refuseDuplicateKeys(text: string, label: string): void {
  const found = findDuplicateKey(text);
  if (found === undefined) return;
  throw invalid(
    `${label}:${lineAndColumn(text, found.offset)}`,
    `expected each key once in an object, found ${JSON.stringify(found.key.slice(0, 100))} twice`,
    "Remove one of the two.",
  );
}

/** The engine's own words, with the place in line and column where it says an offset. */
function syntaxError(text: string, label: string, cause: unknown): BananaError {
  const words = cause instanceof Error ? cause.message : "syntax error";
  // Where the text ends too early, the engine names no position.
  const offset =
    /at position (\d+)/.exec(words)?.[1] ?? (/end of JSON/.test(words) ? text.length : undefined);
  const where = offset === undefined ? label : `${label}:${lineAndColumn(text, Number(offset))}`;
  return invalid(
    where,
    `expected JSON, found a mistake: ${words}`,
    "Correct the syntax at that place.",
    cause,
  );
}

function lineAndColumn(text: string, offset: number): string {
  const lines = text.slice(0, offset).split("\n");
  return `${lines.length}:${lines.at(-1)!.length + 1}`;
}

function invalid(where: string, message: string, hint: string, cause?: unknown): BananaError {
  return new BananaError("JSON_INVALID", message, { where, hint, cause });
}

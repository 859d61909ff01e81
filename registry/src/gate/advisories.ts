import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";
import { BananaError, isPeelName, parseJson } from "@banana-peel/format";
import { answer, readBody } from "./http.js";
import type { Refusal } from "./problems.js";

/** Bytes of the operator's file, and of a question, unpacked. */
const MAX_BYTES = 4 * 1024 * 1024;
const SEVERITIES = ["low", "moderate", "high", "critical"];

/** What the operator says of versions of a name. */
interface Advisory {
  id: number;
  name: string;
  title: string;
  severity: string;
  vulnerable_versions: string;
  url: string;
}

/**
 * Makes the answer to npm's request for advisories on many names at once. They are the operator's: a file with a list
 * of {id, name, title, severity, vulnerable_versions, url}, read at each request; without it there are none.
 */
export function createAdvisories(
  path: string,
): (request: IncomingMessage, response: ServerResponse) => Promise<Refusal | undefined> {
  return async (request, response) => {
    const body = await readBody(request, MAX_BYTES);
    if (!Buffer.isBuffer(body))
      return { status: body === "aborted" ? 400 : 413, error: "expected a smaller question", problems: [] };
    const names = readNames(body, request.headers["content-encoding"]);
    if (names === undefined) return { status: 400, error: "expected {name: [version]}", problems: [] };
    const found: Record<string, unknown[]> = {};
    for (const { name, ...advisory } of await readAdvisories(path))
      if (names.has(name)) found[name] = [...(found[name] ?? []), advisory];
    answer(request, response, 200, found);
    return undefined;
  };
}

function readNames(body: Buffer, encoding: string | undefined): Set<string> | undefined {
  try {
    const text = encoding === "gzip" ? gunzipSync(body, { maxOutputLength: MAX_BYTES }) : body;
    const value: unknown = JSON.parse(text.toString("utf8"));
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return new Set(Object.keys(value));
  } catch {
    return undefined;
  }
}

async function readAdvisories(path: string): Promise<Advisory[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  const value = parseJson(bytes, path, MAX_BYTES);
  if (Array.isArray(value) && value.every(isAdvisory)) return value;
  throw new BananaError(
    "STORAGE_INVALID",
    "expected a list of {id, name, title, severity, vulnerable_versions, url}, found something else",
    { where: path, hint: `Correct the file; severity is one of ${SEVERITIES.join(", ")}.` },
  );
}

function isAdvisory(value: unknown): value is Advisory {
  const { id, name, title, severity, vulnerable_versions, url } = (value ?? {}) as Record<string, unknown>;
  return (
    Number.isSafeInteger(id) &&
    typeof name === "string" &&
    isPeelName(name) &&
    [title, vulnerable_versions, url].every((text) => typeof text === "string" && text !== "") &&
    SEVERITIES.includes(String(severity))
  );
}

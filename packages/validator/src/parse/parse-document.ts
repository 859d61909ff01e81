import { BananaError, parseJson } from "@banana-peel/format";
import { MAX_PROBLEMS, type Problem } from "../problem.js";
import { checkSchema, type SchemaName } from "../schema/check-schema.js";

/** The version of each format that this package reads, and the field that says it. */
const VERSIONS: Readonly<Record<SchemaName, { field: string; known: number }>> = {
  peel: { field: "formatVersion", known: 1 },
  base: { field: "formatVersion", known: 1 },
  project: { field: "formatVersion", known: 1 },
  lock: { field: "lockVersion", known: 1 },
};

/**
 * Parses and checks one document: syntax, then version, then schema, then the rules beyond the schema.
 * @throws BananaError JSON_INVALID, FILE_TOO_LARGE, FORMAT_VERSION_UNKNOWN, SCHEMA_INVALID; the last with every
 *   problem in `details.problems`
 */
export function parseDocument<T>(
  schema: SchemaName,
  bytes: Uint8Array,
  options: { label: string; maxBytes: number; check: (document: T, label: string) => Problem[] },
): T {
  const { label, maxBytes, check } = options;
  const data = parseJson(bytes, label, maxBytes);
  refuseUnknownVersion(schema, data, label);
  let problems = checkSchema(schema, data, label);
  if (problems.length === 0) problems = check(data as T, label);
  const [first] = problems;
  if (first === undefined) return data as T;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  throw new BananaError("SCHEMA_INVALID", `${first.message}${more}`, {
    where: first.where,
    hint: first.hint,
    details: { problems: problems.slice(0, MAX_PROBLEMS) },
  });
}

/**
 * Throws for a document of a version of the format that is not known, before a schema of another version judges it.
 * Specification: docs/specification/peel.md, Versions of the format.
 * @throws BananaError FORMAT_VERSION_UNKNOWN
 */
export function refuseUnknownVersion(schema: SchemaName, data: unknown, label: string): void {
  const { field, known } = VERSIONS[schema];
  const version = (data as Record<string, unknown> | null)?.[field];
  if (typeof version !== "number" || !Number.isInteger(version) || version <= known) return;
  throw new BananaError("FORMAT_VERSION_UNKNOWN", `expected ${field} ${known}, found ${version}`, {
    where: `${label}:/${field}`,
    hint: "Update banana-peel, or ask for the file in the older form.",
  });
}

import { SCHEMA_NOTES, type SchemaNote } from "../generated/schema-notes.js";
import { nearest } from "./nearest.js";
import { kindOf, pointerPart, show, valueAt } from "./show.js";

/** An error of Ajv's, as its standalone code reports it. */
export interface AjvError {
  keyword: string;
  /** JSON pointer into the data. */
  instancePath: string;
  params: Record<string, unknown>;
  /** The key, when a schema for keys failed. */
  propertyName?: string;
}

/** The words of a problem, without its rule; `pointer` is a JSON pointer into the data. */
export interface Description {
  message: string;
  pointer: string;
  hint: string;
}

const BOUNDS: Record<string, (limit: number, value: unknown) => [string, string]> = {
  minimum: (limit, value) => [`a number of at least ${limit}`, show(value)],
  maximum: (limit, value) => [`a number of at most ${limit}`, show(value)],
  exclusiveMinimum: (limit, value) => [`a number above ${limit}`, show(value)],
  exclusiveMaximum: (limit, value) => [`a number below ${limit}`, show(value)],
  minLength: (limit, value) => [`at least ${plural(limit, "character")}`, `${size(value)}`],
  maxLength: (limit, value) => [`at most ${plural(limit, "character")}`, `${size(value)}`],
  minItems: (limit, value) => [`at least ${plural(limit, "item")}`, `${size(value)}`],
  maxItems: (limit, value) => [`at most ${plural(limit, "item")}`, `${size(value)}`],
  minProperties: (limit, value) => [`at least ${plural(limit, "entry", "entries")}`, `${size(value)}`],
  maxProperties: (limit, value) => [`at most ${plural(limit, "entry", "entries")}`, `${size(value)}`],
};

/** What an error of Ajv's means to a person: expected, found, where, and the mend. */
export function describe(schema: string, error: AjvError, data: unknown): Description {
  const note = noteAt(SCHEMA_NOTES[schema]!, error.instancePath);
  const isKey = error.propertyName !== undefined;
  const value = isKey ? error.propertyName : valueAt(data, error.instancePath);
  const pointer = isKey ? `${error.instancePath}/${pointerPart(error.propertyName!)}` : error.instancePath;
  const correct =
    note?.description === undefined ? "Correct the value." : `It should be: ${note.description}`;
  const expected = (what: string, found: string, hint: string): Description => ({
    message: `expected ${what}, found ${found}`,
    pointer,
    hint,
  });
  const bound = BOUNDS[error.keyword];
  if (bound !== undefined) return expected(...bound(error.params.limit as number, value), correct);

  switch (error.keyword) {
    case "required": {
      const name = error.params.missingProperty as string;
      const about = note?.properties?.[name]?.description;
      return expected(
        `the property "${name}"`,
        "none",
        about === undefined ? `Add "${name}".` : `Add "${name}": ${about}`,
      );
    }
    case "additionalProperties": {
      const name = error.params.additionalProperty as string;
      const known = Object.keys(note?.properties ?? {});
      const meant = nearest(name, known);
      return {
        message: `expected only properties that the schema knows, found ${show(name)}`,
        pointer: `${error.instancePath}/${pointerPart(name)}`,
        hint:
          meant === undefined
            ? `Remove it; the properties here are ${known.join(", ")}.`
            : `Did you mean "${meant}"? If not, remove it.`,
      };
    }
    case "type":
      return expected(
        article(String(error.params.type)),
        value === null ? "null" : `${kindOf(value)}, ${show(value)}`,
        correct,
      );
    case "const":
      return expected(show(error.params.allowedValue), show(value), correct);
    case "enum": {
      const allowed = error.params.allowedValues as unknown[];
      const meant = typeof value === "string" ? nearest(value, allowed.map(String)) : undefined;
      return expected(
        allowed.length === 1 ? show(allowed[0]) : `one of ${allowed.map(show).join(", ")}`,
        show(value),
        meant === undefined ? correct : `Did you mean ${show(meant)}?`,
      );
    }
    case "pattern":
      return expected(
        `${isKey ? "a key" : "text"} that matches ${error.params.pattern}`,
        show(value),
        correct,
      );
    case "uniqueItems":
      return expected("each item once", `items ${error.params.j} and ${error.params.i} equal`, "Remove one.");
    default:
      throw new Error(`no words for the schema keyword ${error.keyword}`);
  }
}

function article(type: string): string {
  if (type === "integer") return "a whole number";
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function size(value: unknown): number {
  if (typeof value === "string") return [...value].length;
  return Array.isArray(value) ? value.length : Object.keys(value as object).length;
}

/** What the schema says of the value at a JSON pointer. */
function noteAt(root: SchemaNote, pointer: string): SchemaNote | undefined {
  let note: SchemaNote | undefined = root;
  for (const part of pointer.split("/").slice(1)) {
    const known: SchemaNote["properties"] = note?.properties;
    note = known !== undefined && Object.hasOwn(known, part) ? known[part] : note?.each;
  }
  return note;
}

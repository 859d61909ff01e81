/** A value that differs between two JSON documents. */
export interface JsonChange {
  /** JSON pointer (RFC 6901) to it, as in /adapters/0/rank. */
  readonly path: string;
  /** Undefined where it is not there. */
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * What differs between two JSON documents: as deep as both are objects or arrays, in the order of the first, then
 * what only the second has. Items of arrays are compared by their place.
 */
export function diffJson(before: unknown, after: unknown, path = ""): JsonChange[] {
  if (!isContainer(before) || !isContainer(after) || Array.isArray(before) !== Array.isArray(after))
    return Object.is(before, after) ? [] : [{ path, before, after }];
  const [old, own] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...old.keys(), ...own.keys()])].flatMap((key) =>
    diffJson(old.get(key), own.get(key), `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`),
  );
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

import { BananaError, FILES } from "@banana-peel/format";

/** SIGNATURE_INVALID at a place in model.sig. */
export function bundleError(place: string, message: string, cause?: unknown): BananaError {
  return new BananaError("SIGNATURE_INVALID", message, {
    where: `${FILES.signature}:${place}`,
    hint: "Fetch the peel again; its author can sign it again with banana-peel sign.",
    cause,
  });
}

/** An object of parsed JSON. @throws BananaError SIGNATURE_INVALID */
export function asObject(value: unknown, place: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw bundleError(place, `expected an object, found ${kind(value)}`);
  return value as Record<string, unknown>;
}

/** An array of parsed JSON. @throws BananaError SIGNATURE_INVALID */
export function asArray(value: unknown, place: string): unknown[] {
  if (!Array.isArray(value)) throw bundleError(place, `expected an array, found ${kind(value)}`);
  return value;
}

/** A string of parsed JSON. @throws BananaError SIGNATURE_INVALID */
export function asString(value: unknown, place: string): string {
  if (typeof value !== "string") throw bundleError(place, `expected a string, found ${kind(value)}`);
  return value;
}

/** A string that must have one value. @throws BananaError SIGNATURE_INVALID */
export function expectString(value: unknown, expected: string, place: string): void {
  if (value !== expected)
    throw bundleError(
      place,
      `expected ${JSON.stringify(expected)}, found ${typeof value === "string" ? JSON.stringify(value.slice(0, 200)) : kind(value)}`,
    );
}

/** Refuses members that the profile doesn't name. @throws BananaError SIGNATURE_INVALID */
export function onlyMembers(
  object: Record<string, unknown>,
  allowed: readonly string[],
  place: string,
): void {
  for (const key of Object.keys(object))
    if (!allowed.includes(key))
      throw bundleError(`${place}/${key.slice(0, 200)}`, `expected only ${allowed.join(", ")} here`);
}

function kind(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}

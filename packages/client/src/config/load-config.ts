import { fileURLToPath } from "node:url";
import { BananaError } from "@banana-peel/format";

/**
 * Runs an author's configuration, TypeScript or JavaScript, and gives what it exports by default. `banana-peel/config`
 * is there even where banana-peel isn't installed, as with npx.
 * @throws BananaError CONFIG_INVALID when it fails, or exports something else than an object of plain JSON
 */
export async function loadConfig(path: string): Promise<Record<string, unknown>> {
  const { createJiti } = await import("jiti");
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    moduleCache: false,
    alias: { "banana-peel/config": fileURLToPath(import.meta.resolve("@banana-peel/format")) },
  });
  let value: unknown;
  try {
    value = await jiti.import(path, { default: true });
  } catch (cause) {
    throw invalid(path, `expected a configuration that runs: ${(cause as Error).message}`, cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(path, `expected an object as its default export, found ${kindOf(value)}`);
  // What is published is JSON: functions, dates and cycles have no place in it.
  try {
    const plain = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
    const lost = firstLost(value, plain, "");
    if (lost === undefined) return plain;
    throw invalid(path, `expected plain JSON, found something else at ${lost}`);
  } catch (cause) {
    if (cause instanceof BananaError) throw cause;
    throw invalid(path, `expected plain JSON: ${(cause as Error).message}`, cause);
  }
}

/** JSON pointer of the first value that JSON doesn't keep; an undefined property is left out, as intended. */
function firstLost(value: unknown, plain: unknown, at: string): string | undefined {
  if (typeof value !== "object" || value === null) return Object.is(value, plain) ? undefined : at || "/";
  if (typeof plain !== "object" || plain === null || Array.isArray(value) !== Array.isArray(plain))
    return at || "/";
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined && !Array.isArray(value)) continue;
    const lost = firstLost(inner, (plain as Record<string, unknown>)[key], `${at}/${key}`);
    if (lost !== undefined) return lost;
  }
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === undefined) return "none";
  return Array.isArray(value) ? "an array" : value === null ? "null" : `a ${typeof value}`;
}

function invalid(where: string, message: string, cause?: unknown): BananaError {
  return new BananaError("CONFIG_INVALID", message, {
    where,
    hint: 'import { definePeel } from "banana-peel/config", and export default definePeel({ … }).',
    ...(cause === undefined ? {} : { cause }),
  });
}

import * as checks from "../generated/schemas.js";
import { MAX_PROBLEMS, type Problem, problem } from "../problem.js";
import { type AjvError, describe } from "./describe.js";

/** The documents that have a schema in schemas/. */
export type SchemaName = "peel" | "base" | "project" | "lock";

/** The name of the file that each schema describes, for `where`. */
export const DOCUMENT_NAMES: Readonly<Record<SchemaName, string>> = {
  peel: "peel.json",
  base: "base.json",
  project: "banana.json",
  lock: "banana.lock",
};

type Check = ((data: unknown) => boolean) & { errors?: AjvError[] | null };

/**
 * Every way in which parsed JSON breaks a schema of schemas/, at most MAX_PROBLEMS; empty when it follows it.
 * @param label name of the file for `where`
 */
export function checkSchema(
  name: SchemaName,
  data: unknown,
  label: string = DOCUMENT_NAMES[name],
): Problem[] {
  const check = (checks as unknown as Record<SchemaName, Check>)[name];
  if (check(data)) return [];
  return (check.errors ?? [])
    .filter(({ keyword }) => keyword !== "propertyNames")
    .slice(0, MAX_PROBLEMS)
    .map((error) => {
      const { message, pointer, hint } = describe(name, error, data);
      return problem(`${name}/schema`, {
        message,
        hint,
        where: pointer === "" ? label : `${label}:${pointer}`,
      });
    });
}

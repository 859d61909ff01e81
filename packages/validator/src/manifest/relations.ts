import type { PeelManifest } from "@banana-peel/format";
import { validRange } from "semver";
import { type Problem, problem } from "../problem.js";
import { pointerPart } from "../schema/show.js";

const FIELDS = ["dependencies", "conflicts"] as const;

/** peel/relation-range-invalid, peel/relation-to-itself, peel/relation-contradicts. Specification: docs/specification/peel.md, Other peels. */
export function checkRelations(manifest: PeelManifest, label: string): Problem[] {
  return FIELDS.flatMap((field) =>
    Object.entries(manifest[field] ?? {}).flatMap(([name, range]) => {
      const where = `${label}:/${field}/${pointerPart(name)}`;
      if (name === manifest.name)
        return problem("peel/relation-to-itself", {
          message: `expected the name of another peel, found ${name} itself`,
          where,
          hint: "Remove the entry.",
        });
      if (validRange(range) === null || /\p{Cc}/u.test(range))
        return problem("peel/relation-range-invalid", {
          message: `expected a semver range, found ${JSON.stringify(range)}`,
          where,
          hint: "Write a range as npm reads it, as in ^1.0.0; a dist-tag isn't one.",
        });
      if (field === "conflicts" && Object.hasOwn(manifest.dependencies ?? {}, name))
        return problem("peel/relation-contradicts", {
          message: `expected ${name} in dependencies or in conflicts, found it in both`,
          where,
          hint: "Narrow the range in dependencies, and remove the entry in conflicts.",
        });
      return [];
    }),
  );
}

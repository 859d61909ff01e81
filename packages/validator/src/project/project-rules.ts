import { isDistTag, isPeelName, type ProjectManifest } from "@banana-peel/format";
import { validRange } from "semver";
import { reservedName } from "../manifest/names.js";
import { type Problem, problem } from "../problem.js";
import { pointerPart } from "../schema/show.js";

/** project/name-reserved, project/range-invalid. Specification: docs/specification/lock.md, banana.json. */
export function checkProject(project: ProjectManifest, label: string): Problem[] {
  const refuse = (where: string, expected: string, range: string, hint: string): Problem =>
    problem("project/range-invalid", {
      message: `expected ${expected}, found ${JSON.stringify(range.slice(0, 100))}`,
      where: `${label}:${where}`,
      hint,
    });
  const peels = Object.entries(project.peels ?? {})
    .filter(([, range]) => validRange(range) === null && !isDistTag(range))
    .map(([name, range]) =>
      refuse(
        `/peels/${pointerPart(name)}`,
        "a semver range or a dist-tag",
        range,
        "Write a range as npm reads it, as in ^1.0.0, or a tag such as latest; addresses and folders aren't taken.",
      ),
    );
  const overrides = Object.entries(project.overrides ?? {})
    .filter(([, range]) => validRange(range) === null)
    .map(([name, range]) =>
      refuse(
        `/overrides/${pointerPart(name)}`,
        "a semver range",
        range,
        "Write a range as npm reads it, as in ^1.0.0; a dist-tag isn't one.",
      ),
    );
  const names = (["peels", "overrides"] as const).flatMap((field) =>
    Object.keys(project[field] ?? {})
      .filter((name) => !isPeelName(name))
      .map((name) =>
        problem("project/name-reserved", reservedName(name, `${label}:/${field}/${pointerPart(name)}`)),
      ),
  );
  return [...names, ...peels, ...overrides];
}

import { isPeelName, type PeelManifest } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";
import { pointerPart } from "../schema/show.js";

/** peel/name-reserved: what the schema's pattern lets through. Specification: docs/specification/peel.md, Names and versions. */
export function checkNames(manifest: PeelManifest, label: string): Problem[] {
  const names: [where: string, name: string][] = [
    ["/name", manifest.name],
    ...(["dependencies", "conflicts"] as const).flatMap((field) =>
      Object.keys(manifest[field] ?? {}).map((name): [string, string] => [
        `/${field}/${pointerPart(name)}`,
        name,
      ]),
    ),
  ];
  return names
    .filter(([, name]) => !isPeelName(name))
    .map(([where, name]) => problem("peel/name-reserved", reservedName(name, `${label}:${where}`)));
}

/** The texts of a problem with a reserved name. */
export function reservedName(name: string, where: string): { message: string; where: string; hint: string } {
  return {
    message: `expected a name that is a folder on every system, found ${JSON.stringify(name)}`,
    where,
    hint: "Choose a name without a dot at the end that is no device of Windows.",
  };
}

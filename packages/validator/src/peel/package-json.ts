import { derivePackageJson, FILES, isBananaError, LIMITS, parseJson } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";
import { pointerPart, show } from "../schema/show.js";
import type { PeelContext } from "./context.js";
import { isSameJson } from "./same-json.js";

const NAME = FILES.packageJson;

/** Fields by which a package manager, a loader or a build tool would run, link or install something. */
const ACTIVE_FIELDS = new Set([
  ...["scripts", "bin", "directories", "gypfile", "binary", "config", "engines", "os", "cpu", "libc"],
  ...["main", "module", "browser", "exports", "imports", "type", "types", "typings", "react-native", "unpkg"],
  ...["dependencies", "devDependencies", "peerDependencies", "peerDependenciesMeta", "optionalDependencies"],
  ...["bundleDependencies", "bundledDependencies", "overrides", "resolutions", "workspaces", "publishConfig"],
  ...["pnpm", "husky", "sideEffects", "man"],
]);

/**
 * peel/package-json-invalid, peel/package-json-scripts, peel/name-mismatch, peel/package-json-differs. Without a
 * package.json there is nothing to check: packing derives it. Specification: docs/specification/peel.md, package.json.
 */
export async function checkPackageJson({ files, manifest }: PeelContext): Promise<Problem[]> {
  const bytes = await files.read(NAME);
  if (bytes === undefined) return [];
  const data = parse(bytes);
  if ("rule" in data) return [data];
  const fields = data.fields;
  const problems = Object.keys(fields)
    .filter((field) => ACTIVE_FIELDS.has(field))
    .map((field) =>
      problem("peel/package-json-scripts", {
        message: `expected no field that runs or installs something, found ${show(field)}`,
        where: `${NAME}:/${pointerPart(field)}`,
        hint: `Remove "${field}", or the whole ${NAME}: packing derives it from ${FILES.manifest}.`,
      }),
    );
  if (manifest === undefined) return problems;
  const derived = derivePackageJson(manifest);
  for (const field of new Set([...Object.keys(derived), ...Object.keys(fields)])) {
    if (ACTIVE_FIELDS.has(field) || isSameJson(own(fields, field), own(derived, field))) continue;
    const isIdentity = field === "name" || field === "version";
    problems.push(
      problem(isIdentity ? "peel/name-mismatch" : "peel/package-json-differs", {
        message: `expected ${show(own(derived, field))} as ${FILES.manifest} gives it, found ${show(own(fields, field))}`,
        where: `${NAME}:/${pointerPart(field)}`,
        hint: `Remove ${NAME}: packing derives it from ${FILES.manifest}.`,
      }),
    );
  }
  return problems;
}

function parse(bytes: Uint8Array): Problem | { fields: Record<string, unknown> } {
  const refuse = (message: string, where: string): Problem =>
    problem("peel/package-json-invalid", {
      message,
      where,
      hint: `Remove ${NAME}: packing derives it from ${FILES.manifest}.`,
    });
  try {
    const data = parseJson(bytes, NAME, LIMITS.manifestBytes);
    if (typeof data !== "object" || data === null || Array.isArray(data))
      return refuse(`expected a JSON object, found ${show(data)}`, NAME);
    return { fields: data as Record<string, unknown> };
  } catch (error) {
    if (!isBananaError(error)) throw error;
    return refuse(error.message, error.where ?? NAME);
  }
}

function own(fields: Record<string, unknown>, field: string): unknown {
  return Object.hasOwn(fields, field) ? fields[field] : undefined;
}

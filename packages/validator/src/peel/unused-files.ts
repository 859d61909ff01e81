import { type Problem, problem } from "../problem.js";
import type { PeelContext } from "./context.js";
import { fileKind } from "./kinds.js";

/** peel/file-unused. Specification: docs/specification/peel.md, Files. */
export function checkUnusedFiles({ files, manifest }: PeelContext): Problem[] {
  if (manifest === undefined) return [];
  const used = new Set(manifest.adapters.map(({ file }) => file));
  return files.paths
    .filter((path) => fileKind(path) === "adapter" && !used.has(path))
    .map((path) =>
      problem("peel/file-unused", {
        message: `expected every adapter file to be named in peel.json, found ${path}`,
        where: path,
        hint: `Remove ${path}, or add it to adapters.`,
      }),
    );
}

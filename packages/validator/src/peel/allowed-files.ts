import { isSafePath } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";
import type { PeelContext } from "./context.js";
import { fileKind } from "./kinds.js";

/** peel/file-not-allowed. Specification: docs/specification/peel.md, Files. */
export function checkAllowedFiles({ files }: PeelContext): Problem[] {
  return files.paths
    .filter((path) => isSafePath(path) && fileKind(path) === undefined)
    .map((path) =>
      problem("peel/file-not-allowed", {
        message: `expected JSON, safetensors, PNG, Markdown or text, found ${path}`,
        where: path,
        hint: `Remove ${path}: a peel holds data, never code.`,
      }),
    );
}

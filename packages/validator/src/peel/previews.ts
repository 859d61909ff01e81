import { type Problem, problem } from "../problem.js";
import type { PeelContext } from "./context.js";
import { fileKind } from "./kinds.js";
import { findPngFault } from "./png.js";

/**
 * peel/preview-missing, peel/preview-not-png, peel/preview-too-large, over every picture, listed or not.
 * Specification: docs/specification/peel.md, Previews.
 */
export async function checkPreviews({ files, manifest }: PeelContext): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const [index, { file }] of (manifest?.previews ?? []).entries()) {
    const where = `peel.json:/previews/${index}/file`;
    if (!files.has(file))
      problems.push(
        problem("peel/preview-missing", {
          message: `expected the file ${file}, found none`,
          where,
          hint: `Add ${file}, or remove the preview.`,
        }),
      );
    else if (fileKind(file) !== "picture")
      problems.push(
        problem("peel/preview-not-png", {
          message: `expected a file with the ending .png, found ${file}`,
          where,
          hint: "Save the picture as PNG.",
        }),
      );
  }
  for (const path of files.paths) {
    if (fileKind(path) !== "picture") continue;
    const bytes = await files.read(path);
    const fault = bytes === undefined ? undefined : findPngFault(bytes);
    if (fault === undefined) continue;
    problems.push(
      problem(fault.tooLarge ? "peel/preview-too-large" : "peel/preview-not-png", {
        message: fault.message,
        where: path,
        hint: fault.tooLarge ? `Make ${path} smaller.` : `Save ${path} as PNG again.`,
      }),
    );
  }
  return problems;
}

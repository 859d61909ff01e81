import { LIMITS } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";
import type { PeelContext } from "./context.js";

/**
 * peel/limits, peel/file-too-large and, for pictures, peel/preview-too-large. Reads what no rule before has read, so
 * that every file is measured. Specification: docs/specification/peel.md, Limits.
 */
export async function checkLimits({ files }: PeelContext): Promise<Problem[]> {
  const problems: Problem[] = [];
  if (files.paths.length > LIMITS.files)
    problems.push(
      problem("peel/limits", {
        message: `expected at most ${LIMITS.files} files, found ${files.paths.length}`,
        where: "package",
        hint: "Remove files that the peel doesn't need.",
      }),
    );
  let total = 0;
  for (const path of files.paths.slice(0, LIMITS.files)) {
    if (files.size(path) === undefined) for await (const _ of (await files.stream(path)) ?? []);
    total += files.size(path) ?? 0;
  }
  if (total > LIMITS.peelBytes)
    problems.push(
      problem("peel/limits", {
        message: `expected at most ${LIMITS.peelBytes} bytes unpacked, found ${total}`,
        where: "package",
        hint: "Make the adapters smaller, or split the peel.",
      }),
    );
  return [...problems, ...files.problems];
}

import { FILES } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";
import type { PeelContext } from "./context.js";
import { fileKind } from "./kinds.js";

const REQUIRED = [
  [
    "peel/readme-missing",
    FILES.readme,
    "Add README.md: what the peel does, how it was made, what it is not for.",
  ],
  ["peel/license-missing", FILES.license, "Add LICENSE with the licence's text."],
] as const;

/** peel/readme-missing, peel/license-missing, peel/text-encoding. Specification: docs/specification/peel.md, Layout. */
export async function checkTexts({ files }: PeelContext): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const [rule, path, hint] of REQUIRED)
    if (!files.has(path))
      problems.push(problem(rule, { message: `expected ${path}, found none`, where: path, hint }));
  for (const path of files.paths) {
    if (fileKind(path) !== "text") continue;
    const bytes = await files.read(path);
    if (bytes === undefined) continue;
    const text = decode(bytes);
    if (text === undefined)
      problems.push(
        problem("peel/text-encoding", {
          message: `expected UTF-8 text in ${path}, found other bytes`,
          where: path,
          hint: `Save ${path} as UTF-8.`,
        }),
      );
    const required = REQUIRED.find(([, name]) => name === path);
    if (required !== undefined && text?.trim() === "")
      problems.push(
        problem(required[0], {
          message: `expected text in ${path}, found an empty file`,
          where: path,
          hint: required[2],
        }),
      );
  }
  return problems;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

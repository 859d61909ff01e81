import { type BaseCard, isBananaError, type PeelSource } from "@banana-peel/format";
import { MAX_PROBLEMS, type Problem, problem } from "../problem.js";
import { checkAdapters } from "./adapters.js";
import { checkAllowedFiles } from "./allowed-files.js";
import type { PeelRule } from "./context.js";
import { openFiles, type PeelFiles } from "./files.js";
import { checkLimits } from "./limits.js";
import { checkPackageJson } from "./package-json.js";
import { checkPaths } from "./paths.js";
import { checkPreviews } from "./previews.js";
import { readManifest } from "./read-manifest.js";
import { checkSignatureFiles } from "./signature-files.js";
import { checkTexts } from "./texts.js";
import { checkUnusedFiles } from "./unused-files.js";

/** checkLimits is last: it reads only what the others left, and hands over what they found too large. */
const RULES: readonly PeelRule[] = [
  checkPaths,
  checkAllowedFiles,
  checkSignatureFiles,
  checkTexts,
  checkPackageJson,
  checkPreviews,
  checkUnusedFiles,
  checkAdapters,
  checkLimits,
];

/** What to validate a peel against. */
export interface ValidateOptions {
  /** Base cards that adapters are checked against; without them targets and shapes stay unchecked, in silence. */
  bases?: readonly BaseCard[];
}

/**
 * Every problem of a peel, at most MAX_PROBLEMS; empty when it follows the specification. When peel.json is missing
 * or invalid, the rules that need it find nothing. Signatures are for the signer.
 * Specification: docs/specification/peel.md; the rules: docs/specification/rules.md.
 * @throws whatever the source throws that says nothing of the peel, as an I/O error does
 */
export async function validatePeel(source: PeelSource, options: ValidateOptions = {}): Promise<Problem[]> {
  let files: PeelFiles;
  try {
    files = await openFiles(source);
  } catch (error) {
    return [listProblem(error)];
  }
  const { manifest, problems } = await readManifest(files);
  const context = { files, manifest, bases: options.bases };
  for (const rule of RULES) for (const found of await rule(context)) problems.push(found);
  return problems.slice(0, MAX_PROBLEMS);
}

/** What a source refuses while listing: a link among the files, or too many files. */
function listProblem(error: unknown): Problem {
  if (!isBananaError(error) || (error.code !== "PATH_INVALID" && error.code !== "FILE_TOO_LARGE"))
    throw error;
  return problem(error.code === "PATH_INVALID" ? "peel/path-unsafe" : "peel/limits", {
    message: error.message,
    where: error.where ?? "package",
    hint: error.hint ?? "Remove it.",
  });
}

import { FILES, isBananaError, LIMITS, type PeelManifest, parseJson } from "@banana-peel/format";
import { checkManifest } from "../manifest/manifest-rules.js";
import { refuseUnknownVersion } from "../parse/parse-document.js";
import { type Problem, problem } from "../problem.js";
import { checkSchema } from "../schema/check-schema.js";
import type { PeelFiles } from "./files.js";

const PATH = FILES.manifest;

/** A manifest that follows its schema, for the other rules to use, and every problem of peel.json. */
interface ReadManifest {
  manifest: PeelManifest | undefined;
  problems: Problem[];
}

/**
 * peel/manifest-missing, peel/manifest-json, peel/format-version, peel/schema, and the rules of a manifest alone.
 * Specification: docs/specification/peel.md, peel.json.
 */
export async function readManifest(files: PeelFiles): Promise<ReadManifest> {
  if (!files.has(PATH)) return { manifest: undefined, problems: [manifestMissing()] };
  const bytes = await files.read(PATH);
  if (bytes === undefined) return { manifest: undefined, problems: [] };
  let data: unknown;
  try {
    data = parseJson(bytes, PATH, LIMITS.manifestBytes);
    refuseUnknownVersion("peel", data, PATH);
  } catch (error) {
    return { manifest: undefined, problems: [unreadable(error)] };
  }
  const problems = checkSchema("peel", data);
  if (problems.length > 0) return { manifest: undefined, problems };
  const manifest = data as PeelManifest;
  return { manifest, problems: checkManifest(manifest, PATH) };
}

function unreadable(error: unknown): Problem {
  if (!isBananaError(error)) throw error;
  const { code, message, where = PATH, hint = `Correct ${PATH}.` } = error;
  return problem(code === "FORMAT_VERSION_UNKNOWN" ? "peel/format-version" : "peel/manifest-json", {
    message,
    where,
    hint,
  });
}

function manifestMissing(): Problem {
  return problem("peel/manifest-missing", {
    message: `expected ${PATH}, found none`,
    where: PATH,
    hint: `Add ${PATH}; is this the peel's own folder?`,
  });
}

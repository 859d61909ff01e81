import {
  type BaseCard,
  LIMITS,
  type Lockfile,
  type PeelManifest,
  type ProjectManifest,
} from "@banana-peel/format";
import { checkCard } from "../card/card-rules.js";
import { checkLock } from "../lock/lock-rules.js";
import { checkManifest } from "../manifest/manifest-rules.js";
import { checkProject } from "../project/project-rules.js";
import { DOCUMENT_NAMES } from "../schema/check-schema.js";
import { parseDocument } from "./parse-document.js";

/**
 * peel.json, checked alone (docs/specification/peel.md): what needs the peel's other files is for `validatePeel`.
 * @param label name of the file for messages
 * @throws BananaError JSON_INVALID, FILE_TOO_LARGE, FORMAT_VERSION_UNKNOWN, SCHEMA_INVALID with every problem in
 *   `details.problems`
 */
export function parseManifest(bytes: Uint8Array, label: string = DOCUMENT_NAMES.peel): PeelManifest {
  return parseDocument("peel", bytes, { label, maxBytes: LIMITS.manifestBytes, check: checkManifest });
}

/**
 * base.json, checked alone (docs/specification/base.md): that the files and the graphs are as it says is for the
 * runtime.
 * @param label name of the file for messages
 * @throws BananaError as `parseManifest`
 */
export function parseBaseCard(bytes: Uint8Array, label: string = DOCUMENT_NAMES.base): BaseCard {
  return parseDocument("base", bytes, { label, maxBytes: LIMITS.jsonBytes, check: checkCard });
}

/**
 * banana.json (docs/specification/lock.md).
 * @param label name of the file for messages
 * @throws BananaError as `parseManifest`
 */
export function parseProject(bytes: Uint8Array, label: string = DOCUMENT_NAMES.project): ProjectManifest {
  return parseDocument("project", bytes, { label, maxBytes: LIMITS.jsonBytes, check: checkProject });
}

/**
 * banana.lock (docs/specification/lock.md).
 * @param label name of the file for messages
 * @throws BananaError as `parseManifest`
 */
export function parseLockfile(bytes: Uint8Array, label: string = DOCUMENT_NAMES.lock): Lockfile {
  return parseDocument("lock", bytes, { label, maxBytes: LIMITS.jsonBytes, check: checkLock });
}

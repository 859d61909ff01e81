import { FILES, LIMITS } from "@banana-peel/format";

/** The kinds of files in a peel. */
export type FileKind = "json" | "adapter" | "picture" | "text" | "signature";

/** Bytes that a file of each kind may have. Specification: docs/specification/peel.md, Limits. */
export const KIND_BYTES: Readonly<Record<FileKind, number>> = {
  json: LIMITS.manifestBytes,
  adapter: LIMITS.peelBytes,
  picture: LIMITS.previewBytes,
  text: LIMITS.textBytes,
  signature: LIMITS.signatureBytes,
};

/** The files that have a meaning by their name, at the top of the package. */
const SPECIAL = new Map<string, FileKind>([
  [FILES.manifest, "json"],
  [FILES.packageJson, "json"],
  [FILES.signature, "signature"],
  [FILES.publicKey, "signature"],
  [FILES.license, "text"],
  [FILES.notice, "text"],
]);
const ENDINGS: readonly [ending: string, kind: FileKind][] = [
  [".json", "json"],
  [".safetensors", "adapter"],
  [".png", "picture"],
  [".md", "text"],
  [".txt", "text"],
];
/** Names that npm acts on in any folder, where they could bring in code. */
const NPM_NAMES = new Set(["package.json", "npm-shrinkwrap.json", "package-lock.json", "node_modules"]);

/**
 * The kind of a file by its path; undefined when a peel may not hold it. The list is closed.
 * Specification: docs/specification/peel.md, Files.
 */
export function fileKind(path: string): FileKind | undefined {
  const special = SPECIAL.get(path);
  if (special !== undefined) return special;
  const lower = path.toLowerCase();
  if ([...SPECIAL.keys()].some((name) => name.toLowerCase() === lower)) return undefined;
  if (lower.split("/").some((part) => NPM_NAMES.has(part))) return undefined;
  return ENDINGS.find(([ending]) => path.endsWith(ending) && path.length > ending.length)?.[1];
}

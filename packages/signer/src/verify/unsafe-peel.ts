import { FILES, missing, type PeelManifest, type PeelSource } from "@banana-peel/format";
import { rootDigest } from "../oms/statement.js";
import { readManifest } from "./manifest.js";
import { checkedReader, type FileDigest, hashFiles, listFiles } from "./signed-files.js";

/** A peel that nobody vouches for, for peels that never leave the author's machine. Reads like a VerifiedPeel. */
export interface UnsafePeel {
  readonly unsafe: true;
  readonly manifest: PeelManifest;
  readonly signer: undefined;
  /** All files but model.sig, as they were when opened. */
  readonly files: ReadonlyMap<string, FileDigest>;
  /** The digest that a signature over these files would carry. */
  readonly root: string;
  readonly label: string;
  /**
   * Reads a file again and hashes it again.
   * @throws BananaError SIGNED_FILES_DIFFER when it changed since it was opened, FILE_MISSING
   */
  read(path: string): Promise<Uint8Array>;
}

const opened = new WeakSet<object>();

/** True for what `unsafeUnverifiedPeel` returned. */
export function isUnsafePeel(value: unknown): value is UnsafePeel {
  return typeof value === "object" && value !== null && opened.has(value);
}

/**
 * Opens a peel without asking who made it: the explicit way around `verifyPeel`.
 * @throws BananaError PATH_INVALID, FILE_MISSING, FILE_TOO_LARGE, JSON_INVALID, SCHEMA_INVALID,
 *   FORMAT_VERSION_UNKNOWN
 */
export async function unsafeUnverifiedPeel(source: PeelSource): Promise<UnsafePeel> {
  const paths = [...(await listFiles(source))].filter((path) => path !== FILES.signature).sort();
  const files = new Map<string, FileDigest>();
  let manifest: PeelManifest | undefined;
  await hashFiles(source, paths, (path, digest, bytes) => {
    files.set(path, Object.freeze(digest));
    if (path === FILES.manifest) manifest = readManifest(bytes!);
  });
  if (manifest === undefined) throw missing(source.label, FILES.manifest);
  const peel: UnsafePeel = Object.freeze({
    unsafe: true,
    manifest,
    signer: undefined,
    files,
    root: await rootDigest(new Map([...files].map(([path, digest]) => [path, digest.sha256]))),
    label: source.label,
    read: checkedReader(source, files),
  });
  opened.add(peel);
  return peel;
}

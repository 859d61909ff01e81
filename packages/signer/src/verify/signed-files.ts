import {
  BananaError,
  digestFile,
  FILES,
  type FileDigest,
  isSafePath,
  LIMITS,
  type PeelSource,
  sha256Hex,
} from "@banana-peel/format";

export type { FileDigest };

/**
 * The paths of a source, checked: plain, unique, not too many.
 * @throws BananaError PATH_INVALID, FILE_TOO_LARGE
 */
export async function listFiles(source: PeelSource): Promise<Set<string>> {
  const paths = await source.list();
  if (paths.length > LIMITS.files)
    throw new BananaError(
      "FILE_TOO_LARGE",
      `expected at most ${LIMITS.files} files in a peel, found ${paths.length}`,
      { where: source.label, hint: "Leave files out that the peel doesn't need." },
    );
  const set = new Set<string>();
  for (const path of paths) {
    if (!isSafePath(path) || set.has(path))
      throw new BananaError(
        "PATH_INVALID",
        `expected plain paths, each once, found ${JSON.stringify(path)}`,
        {
          where: path.slice(0, 300),
          hint: "Rename or remove the file; the author has to sign again.",
        },
      );
    set.add(path);
  }
  return set;
}

/** Limits of the files that are read before anything is known of them. */
const LIMIT_BY_PATH: Readonly<Record<string, number>> = {
  [FILES.manifest]: LIMITS.manifestBytes,
  [FILES.publicKey]: LIMITS.signatureBytes,
};

/**
 * Digests of files, one in memory at a time and large ones not at all where the source can stream.
 * @param visit gets the bytes that were hashed of peel.json and signer.pem, so that what is used is what was checked;
 *   of other files none
 * @throws BananaError FILE_MISSING, FILE_TOO_LARGE
 */
export async function hashFiles(
  source: PeelSource,
  paths: Iterable<string>,
  visit: (path: string, digest: FileDigest, bytes: Uint8Array | undefined) => void,
): Promise<void> {
  let left: number = LIMITS.peelBytes;
  for (const path of paths) {
    const limit = LIMIT_BY_PATH[path];
    const bytes = limit === undefined ? undefined : await source.read(path, Math.min(left, limit));
    const digest =
      bytes === undefined
        ? await digestFile(source, path, left)
        : { bytes: bytes.length, sha256: await sha256Hex(bytes) };
    left -= digest.bytes;
    visit(path, digest, bytes);
  }
}

/** A way to read files that fails when they are no longer those with the digests. */
export function checkedReader(
  source: PeelSource,
  files: ReadonlyMap<string, FileDigest>,
): (path: string) => Promise<Uint8Array> {
  const known = new Map(files);
  return async (path) => {
    const expected = known.get(path);
    if (expected === undefined)
      throw new BananaError("FILE_MISSING", `expected one of the signed files, found none called ${path}`, {
        where: path,
        hint: "Read a path that peel.json names.",
      });
    let bytes: Uint8Array;
    try {
      bytes = await source.read(path, expected.bytes);
    } catch (cause) {
      if (cause instanceof BananaError) throw differs(path, cause.message, cause);
      throw cause;
    }
    const actual = await sha256Hex(bytes);
    if (actual !== expected.sha256)
      throw differs(path, `expected SHA-256 ${expected.sha256}, found ${actual}`);
    return bytes;
  };
}

/** SIGNED_FILES_DIFFER at a file. */
export function differs(path: string, message: string, cause?: unknown): BananaError {
  return new BananaError("SIGNED_FILES_DIFFER", message, {
    where: path,
    hint: "Fetch the peel again; if you changed it yourself, sign it again.",
    cause,
  });
}

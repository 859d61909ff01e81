import {
  BananaError,
  digestFile,
  FILES,
  LIMITS,
  memorySource,
  type PeelManifest,
  type PeelSource,
  packageJsonBytes,
  streamFile,
} from "@banana-peel/format";
import { parseManifest } from "@banana-peel/validator";
import { pathGuard, ROOT } from "./path-guard.js";
import { storedGzip, storedGzipLength } from "./stored-gzip.js";
import { type TarballDigests, tarballDigests } from "./tarball-digests.js";
import { ustarEnd, ustarHeader, ustarPadding } from "./ustar.js";

/** A packed peel, ready to be published. */
export interface PackedPeel extends TarballDigests {
  /** The tarball's bytes; the same input gives the same bytes on every machine. */
  tarball: Uint8Array;
  /** File name as npm would choose it: `scope-name-1.0.0.tgz`. */
  filename: string;
  manifest: PeelManifest;
}

/** A tarball that is made while it is read, so that it is never in memory as a whole. */
export interface PackPlan {
  readonly manifest: PeelManifest;
  readonly filename: string;
  /** Bytes of the tarball, known before it is made. */
  readonly bytes: number;
  /**
   * The tarball's bytes; the same each time. Each piece is valid until the next is asked for.
   * @throws BananaError of reading; SIGNED_FILES_DIFFER when a file changed its size meanwhile
   */
  chunks(): AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * Packs a peel in memory: ustar entries under package/, sorted by code unit, mtime 0, mode 0644, in gzip with stored
 * blocks. Specification: docs/specification/peel.md, Tarball.
 * @throws BananaError of `planPack` and of its chunks
 */
export async function packPeel(source: PeelSource): Promise<PackedPeel> {
  const { manifest, filename, bytes, chunks } = await planPack(source);
  const digests = tarballDigests();
  const tarball = Buffer.allocUnsafe(bytes);
  let at = 0;
  for await (const chunk of chunks()) {
    digests.update(chunk);
    tarball.set(chunk, at);
    at += chunk.length;
  }
  return { tarball, filename, ...digests.end(), manifest };
}

/**
 * Looks at everything that a peel's tarball will hold, and makes it when it is asked for.
 * @throws BananaError of reading and of the manifest; PATH_INVALID; SIGNED_FILES_DIFFER when a signed source's
 *   package.json is not the one that its manifest gives
 */
export async function planPack(source: PeelSource): Promise<PackPlan> {
  const { source: prepared, manifest } = await withPackageJson(source);
  const check = pathGuard();
  const files: { path: string; header: Uint8Array; bytes: number }[] = [];
  let archiveBytes = ustarEnd().length;
  for (const path of await prepared.list()) {
    const problem = check(ROOT + path);
    if (problem !== undefined)
      throw new BananaError("PATH_INVALID", problem, {
        where: `${source.label}: ${path}`,
        hint: "Rename the file, or move it out of the peel's folder.",
      });
    const { bytes } = await digestFile(prepared, path);
    const header = ustarHeader(ROOT + path, bytes);
    files.push({ path, header, bytes });
    archiveBytes += header.length + bytes + ustarPadding(bytes).length;
  }
  return {
    manifest,
    filename: `${manifest.name.slice(1).replace("/", "-")}-${manifest.version}.tgz`,
    bytes: storedGzipLength(archiveBytes),
    chunks: () => storedGzip(archive(prepared, files)),
  };
}

/**
 * The source with the package.json that its manifest gives, as it is signed and packed.
 * @throws BananaError of reading and of the manifest; SIGNED_FILES_DIFFER
 */
export async function withPackageJson(
  source: PeelSource,
): Promise<{ source: PeelSource; manifest: PeelManifest }> {
  const manifest = parseManifest(await source.read(FILES.manifest, LIMITS.manifestBytes));
  const derived = packageJsonBytes(manifest);
  const paths = await source.list();
  if (paths.includes(FILES.signature)) {
    const present = paths.includes(FILES.packageJson)
      ? await source.read(FILES.packageJson, LIMITS.jsonBytes)
      : undefined;
    if (present === undefined || Buffer.compare(present, derived) !== 0)
      throw new BananaError(
        "SIGNED_FILES_DIFFER",
        `expected ${FILES.packageJson} as ${FILES.manifest} gives it, found ${present ? "another" : "none"} in a signed peel`,
        {
          where: `${source.label}: ${FILES.packageJson}`,
          hint: "Sign the peel again with banana-peel sign.",
        },
      );
  }
  return { source: overlay(source, new Map([[FILES.packageJson, derived]])), manifest };
}

/** A source with files added or replaced. */
export function overlay(source: PeelSource, files: ReadonlyMap<string, Uint8Array>): PeelSource {
  const added = memorySource(files, source.label);
  const of = (path: string) => (files.has(path) ? added : source);
  return {
    label: source.label,
    list: async () => [...new Set([...(await source.list()), ...files.keys()])].sort(),
    read: (path, maxBytes) => of(path).read(path, maxBytes),
    stream: (path, maxBytes) => streamFile(of(path), path, maxBytes),
    digest: (path, maxBytes) => digestFile(of(path), path, maxBytes),
  };
}

async function* archive(
  source: PeelSource,
  files: readonly { path: string; header: Uint8Array; bytes: number }[],
): AsyncGenerator<Uint8Array> {
  for (const { path, header, bytes } of files) {
    yield header;
    let seen = 0;
    for await (const piece of streamFile(source, path)) {
      seen += piece.length;
      if (seen > bytes) break;
      yield piece;
    }
    if (seen !== bytes)
      throw new BananaError("SIGNED_FILES_DIFFER", `expected ${bytes} bytes as before, found another size`, {
        where: `${source.label}: ${path}`,
        hint: "The file was changed while it was packed: run the command again.",
      });
    yield ustarPadding(bytes);
  }
  yield ustarEnd();
}

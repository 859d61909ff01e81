import { createHash } from "node:crypto";
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
import { storedGzip } from "./stored-gzip.js";
import { ustarEnd, ustarHeader, ustarPadding } from "./ustar.js";

/** A packed peel, ready to be published. */
export interface PackedPeel {
  /** The tarball's bytes; the same input gives the same bytes on every machine. */
  tarball: Uint8Array;
  /** File name as npm would choose it: `scope-name-1.0.0.tgz`. */
  filename: string;
  /** `sha512-` and base64, as in W3C Subresource Integrity. */
  integrity: string;
  /** SHA-1 in hexadecimal, which npm's protocol asks for; nothing trusts it. */
  shasum: string;
  manifest: PeelManifest;
}

/**
 * Packs a peel: ustar entries under package/, sorted by code unit, mtime 0, mode 0644, in gzip with stored blocks.
 * Specification: docs/specification/peel.md, Tarball.
 * @throws BananaError of reading and of the manifest; PATH_INVALID; SIGNED_FILES_DIFFER when a signed source's
 *   package.json is not the one that its manifest gives
 */
export async function packPeel(source: PeelSource): Promise<PackedPeel> {
  const { source: prepared, manifest } = await withPackageJson(source);
  const sha512 = createHash("sha512");
  const sha1 = createHash("sha1");
  const chunks: Uint8Array[] = [];
  for await (const chunk of storedGzip(archive(prepared))) {
    sha512.update(chunk);
    sha1.update(chunk);
    chunks.push(chunk);
  }
  return {
    tarball: Buffer.concat(chunks),
    filename: `${manifest.name.slice(1).replace("/", "-")}-${manifest.version}.tgz`,
    integrity: `sha512-${sha512.digest("base64")}`,
    shasum: sha1.digest("hex"),
    manifest,
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

async function* archive(source: PeelSource): AsyncGenerator<Uint8Array> {
  const check = pathGuard();
  for (const path of await source.list()) {
    const problem = check(ROOT + path);
    if (problem !== undefined)
      throw new BananaError("PATH_INVALID", problem, {
        where: `${source.label}: ${path}`,
        hint: "Rename the file, or move it out of the peel's folder.",
      });
    const bytes = await source.read(path);
    yield ustarHeader(ROOT + path, bytes.length);
    yield bytes;
    yield ustarPadding(bytes.length);
  }
  yield ustarEnd();
}

import { FILES, missing, type PeelManifest, type PeelSource, sha256Hex } from "@banana-peel/format";
import { writeBundle } from "../oms/bundle.js";
import { preAuthEncoding } from "../oms/pae.js";
import { writeStatement } from "../oms/write-statement.js";
import { readManifest } from "../verify/manifest.js";
import { hashFiles, listFiles } from "../verify/signed-files.js";
import type { SigningKey } from "./signing-key.js";

/**
 * Signs a peel: an OMS bundle over all of its files and the key. An earlier signature is replaced. Files are read
 * one at a time. Whether the peel is valid is the validator's to say; ask it first.
 * Specification: docs/specification/signing.md, Signing.
 * @returns the two files to add: signer.pem and model.sig
 * @throws BananaError FILE_MISSING, PATH_INVALID, FILE_TOO_LARGE, JSON_INVALID, SCHEMA_INVALID,
 *   FORMAT_VERSION_UNKNOWN, and what the source throws
 */
export async function signPeel(source: PeelSource, key: SigningKey): Promise<Map<string, Uint8Array>> {
  const paths = await listFiles(source);
  paths.delete(FILES.signature);
  paths.delete(FILES.publicKey);
  const digests = new Map<string, string>();
  let manifest: PeelManifest | undefined;
  await hashFiles(source, paths, (path, { sha256 }, bytes) => {
    digests.set(path, sha256);
    if (path === FILES.manifest) manifest = readManifest(bytes!);
  });
  if (manifest === undefined) throw missing(source.label, FILES.manifest);
  const publicKey = new TextEncoder().encode(key.identity.publicKeyPem);
  digests.set(FILES.publicKey, await sha256Hex(publicKey));
  return new Map([
    [FILES.publicKey, publicKey],
    [FILES.signature, await signDigests(manifest.name, digests, key)],
  ]);
}

/**
 * The OMS bundle over files known by their digests.
 * @param name subject's name, for people
 * @param digests SHA-256 of each file by path, lower-case hexadecimal, the key's file included
 */
export async function signDigests(
  name: string,
  digests: ReadonlyMap<string, string>,
  key: SigningKey,
): Promise<Uint8Array> {
  const payload = await writeStatement(name, digests);
  return writeBundle({
    hint: key.identity.fingerprint.slice("sha256:".length),
    payload,
    signature: await key.sign(preAuthEncoding(payload)),
  });
}

import { join } from "node:path";
import { FILES } from "@banana-peel/format";
import type { SigningKey } from "@banana-peel/signer";
import { verifyPeel } from "@banana-peel/signer/verify";
import { nodeDisk } from "./disk/disk.js";
import { writeTogether } from "./disk/write-whole.js";
import { openSource, placeOf } from "./open-source.js";
import { signSource } from "./sign-source.js";
import { packFile, type WriteOptions } from "./tarball/pack-file.js";

/** What was signed. */
export interface SignReport {
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** Fingerprint of the key. */
  readonly signer: string;
  /** Number of signed files. */
  readonly files: number;
}

/**
 * Signs a peel where it lies. A folder gets package.json, signer.pem and model.sig, the signature last; a tarball is
 * replaced by a signed one, in constant memory. An earlier signature is replaced.
 * @throws BananaError of `openSource`, `signSource` and `packFile`; DISK_FULL, TARGET_READ_ONLY, and the peel is as before; the
 *   signal's reason
 */
export async function signPath(
  path: string,
  key: SigningKey,
  { disk = nodeDisk, signal }: WriteOptions = {},
): Promise<SignReport> {
  const place = await placeOf(path, disk);
  const signed = await signSource(await openSource(path, { disk, signal }), key);
  const { manifest, signer, files } = await verifyPeel(signed);
  if ((await disk.lstat(place)).isDirectory()) {
    const made = [FILES.packageJson, FILES.publicKey, FILES.signature].map(async (file) => ({
      path: join(place, file),
      bytes: await signed.read(file),
    }));
    await writeTogether(await Promise.all(made), disk);
  } else await packFile(signed, place, { disk, signal });
  return {
    path,
    name: manifest.name,
    version: manifest.version,
    signer: signer.fingerprint,
    files: files.size,
  };
}

import { join, resolve } from "node:path";
import { FILES } from "@banana-peel/format";
import type { SigningKey } from "@banana-peel/signer";
import { verifyPeel } from "@banana-peel/signer/verify";
import { nodeDisk } from "./disk/disk.js";
import { writeWhole } from "./disk/write-whole.js";
import { openSource } from "./open-source.js";
import { signSource } from "./sign-source.js";
import { packPeel } from "./tarball/pack.js";

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
 * replaced by a signed one. An earlier signature is replaced.
 * @throws BananaError of `openSource`, `signSource` and `packPeel`; DISK_FULL, TARGET_READ_ONLY
 */
export async function signPath(path: string, key: SigningKey): Promise<SignReport> {
  const place = resolve(path);
  const signed = await signSource(await openSource(path), key);
  const { manifest, signer, files } = await verifyPeel(signed);
  if ((await nodeDisk.lstat(place)).isDirectory())
    for (const file of [FILES.packageJson, FILES.publicKey, FILES.signature])
      await writeWhole(join(place, file), await signed.read(file));
  else await writeWhole(place, (await packPeel(signed)).tarball);
  return {
    path,
    name: manifest.name,
    version: manifest.version,
    signer: signer.fingerprint,
    files: files.size,
  };
}

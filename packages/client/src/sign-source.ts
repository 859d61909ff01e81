import { digestFile, FILES, type PeelSource, streamFile } from "@banana-peel/format";
import { type SigningKey, signPeel } from "@banana-peel/signer";
import { overlay, withPackageJson } from "./tarball/pack.js";

/**
 * A source with the package.json that its manifest gives, and signed; an earlier signature is replaced.
 * @throws BananaError of reading, of the manifest, and of `signPeel`
 */
export async function signSource(source: PeelSource, key: SigningKey): Promise<PeelSource> {
  const unsigned: PeelSource = {
    label: source.label,
    list: async () =>
      (await source.list()).filter((path) => path !== FILES.signature && path !== FILES.publicKey),
    read: (path, maxBytes) => source.read(path, maxBytes),
    stream: (path, maxBytes) => streamFile(source, path, maxBytes),
    digest: (path, maxBytes) => digestFile(source, path, maxBytes),
  };
  const { source: prepared } = await withPackageJson(unsigned);
  return overlay(prepared, await signPeel(prepared, key));
}

/** True when a source carries a signature, whether or not it verifies. */
export async function isSigned(source: PeelSource): Promise<boolean> {
  return (await source.list()).includes(FILES.signature);
}

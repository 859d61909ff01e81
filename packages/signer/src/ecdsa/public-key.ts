import { BananaError, sha256Hex, toHex, webCrypto } from "@banana-peel/format";
import { CURVES, type Curve } from "./curves.js";
import { derToRaw } from "./der.js";
import { fromPem, toPem } from "./pem.js";

/** Who signed: the key, by its fingerprint. */
export interface SignerIdentity {
  /** `sha256:` and the hexadecimal SHA-256 of `publicKeyPem`: what `sha256sum signer.pem` prints. */
  readonly fingerprint: `sha256:${string}`;
  readonly algorithm: Curve["algorithm"];
  /** The key as normalised SPKI PEM: lines of 64 characters, newline at the end. */
  readonly publicKeyPem: string;
}

/** A public key that can verify. */
export interface PublicKey {
  readonly identity: SignerIdentity;
  /** True when `signature` (DER) was made by this key over `data`. Never throws for a bad signature. */
  verify(signature: Uint8Array, data: Uint8Array): Promise<boolean>;
}

/** Keys that were imported, by their text: many peels have one signer. At most so many, of so many characters. */
const imported = new Map<string, PublicKey>();
const MAX_IMPORTED = 64;
const MAX_CHARACTERS = 1024;

/**
 * Imports an SPKI PEM public key on P-256, P-384 or P-521 in uncompressed form.
 * Specification: docs/specification/signing.md, Keys.
 * @throws BananaError KEY_INVALID
 */
export async function importPublicKey(pem: string, where = "public key"): Promise<PublicKey> {
  const before = imported.get(pem);
  if (before !== undefined) return before;
  const key = await importNew(pem, where);
  if (imported.size >= MAX_IMPORTED) imported.clear();
  if (pem.length <= MAX_CHARACTERS) imported.set(pem, key);
  return key;
}

async function importNew(pem: string, where: string): Promise<PublicKey> {
  const block = fromPem(pem);
  if (block?.label !== "PUBLIC KEY") throw invalid(where, describe(pem));
  const hex = toHex(block.der);
  const curve = CURVES.find(
    ({ spkiPrefix, bytes }) => hex.startsWith(spkiPrefix) && hex.length === spkiPrefix.length + 4 * bytes,
  );
  if (curve === undefined)
    throw invalid(where, "another kind of key (Ed25519, RSA, another curve, or a compressed point)");
  const subtle = webCrypto();
  let key: CryptoKey;
  try {
    key = await subtle.importKey("spki", block.der, { name: "ECDSA", namedCurve: curve.name }, false, [
      "verify",
    ]);
  } catch (cause) {
    throw invalid(where, `a point that is not on ${curve.name}, or a system without ${curve.name}`, cause);
  }
  const publicKeyPem = toPem("PUBLIC KEY", block.der);
  const identity: SignerIdentity = Object.freeze({
    fingerprint: `sha256:${await sha256Hex(new TextEncoder().encode(publicKeyPem))}`,
    algorithm: curve.algorithm,
    publicKeyPem,
  });
  const usable: PublicKey = {
    identity,
    async verify(signature, data) {
      const raw = derToRaw(signature, curve.bytes);
      if (raw === undefined) return false;
      return subtle.verify({ name: "ECDSA", hash: curve.hash }, key, raw, data as Uint8Array<ArrayBuffer>);
    },
  };
  return Object.freeze(usable);
}

/**
 * Fingerprint of a public key: `sha256:` and the hexadecimal SHA-256 of its normalised SPKI PEM; the hint in OMS
 * bundles without the prefix.
 * @throws BananaError KEY_INVALID
 */
export async function fingerprint(pem: string): Promise<SignerIdentity["fingerprint"]> {
  return (await importPublicKey(pem)).identity.fingerprint;
}

function describe(pem: string): string {
  const label = /-----BEGIN ([A-Z0-9 ]{1,64})-----/.exec(pem)?.[1];
  return label === undefined ? "text that is not PEM" : `a PEM file of ${label}`;
}

function invalid(where: string, found: string, cause?: unknown): BananaError {
  return new BananaError(
    "KEY_INVALID",
    `expected an SPKI PEM public key on P-256, P-384 or P-521, found ${found}`,
    { where, hint: "Make one with banana-peel keygen, or: openssl ec -in key.pem -pubout", cause },
  );
}

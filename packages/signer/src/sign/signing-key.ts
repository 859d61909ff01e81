import { BananaError } from "@banana-peel/format";
import { CURVES, type CurveName } from "../ecdsa/curves.js";
import { rawToDer } from "../ecdsa/der.js";
import { fromPem, toPem } from "../ecdsa/pem.js";
import { importPublicKey, type SignerIdentity } from "../ecdsa/public-key.js";

/** A private key that can sign. */
export interface SigningKey {
  readonly identity: SignerIdentity;
  /** DER ECDSA signature over `data` with the hash that OMS pairs with the curve. */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/**
 * Makes a key pair. P-256 is verified everywhere; browsers differ on P-521.
 * @returns the key and its PKCS#8 PEM, which is secret
 */
export async function generateKey(
  curve: CurveName = "P-256",
): Promise<{ key: SigningKey; privateKeyPem: string }> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: curve }, true, [
    "sign",
    "verify",
  ]);
  const privateKeyPem = toPem(
    "PRIVATE KEY",
    new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)),
  );
  return { key: await importPrivateKey(privateKeyPem), privateKeyPem };
}

/**
 * Imports an unencrypted PKCS#8 PEM private key on P-256, P-384 or P-521.
 * Specification: docs/specification/signing.md, Keys.
 * @param where name of the file for messages
 * @throws BananaError KEY_INVALID
 */
export async function importPrivateKey(pem: string, where = "private key"): Promise<SigningKey> {
  const block = fromPem(pem);
  if (block?.label !== "PRIVATE KEY") throw notPkcs8(pem, where);
  for (const curve of CURVES) {
    const algorithm = { name: "ECDSA", namedCurve: curve.name };
    let privateKey: CryptoKey;
    try {
      privateKey = await crypto.subtle.importKey("pkcs8", block.der, algorithm, true, ["sign"]);
    } catch {
      continue;
    }
    const {
      d: _secret,
      key_ops: _operations,
      ...publicJwk
    } = await crypto.subtle.exportKey("jwk", privateKey);
    const publicKey = await crypto.subtle.importKey("jwk", publicJwk, algorithm, true, ["verify"]);
    const spki = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
    const { identity } = await importPublicKey(toPem("PUBLIC KEY", spki), where);
    return {
      identity,
      async sign(data) {
        const parameters = { name: "ECDSA", hash: curve.hash };
        const raw = await crypto.subtle.sign(parameters, privateKey, data as Uint8Array<ArrayBuffer>);
        return rawToDer(new Uint8Array(raw));
      },
    };
  }
  throw invalid(where, "another kind of key or a broken one (Ed25519 and RSA keys don't sign peels)");
}

function notPkcs8(pem: string, where: string): BananaError {
  const label = /-----BEGIN ([A-Z0-9 ]{1,64})-----/.exec(pem)?.[1];
  if (label === "EC PRIVATE KEY" || pem.includes("-----BEGIN EC PARAMETERS-----"))
    return invalid(
      where,
      "a SEC1 PEM file",
      "Convert it: openssl pkcs8 -topk8 -nocrypt -in key.pem -out new.pem",
    );
  if (label === "ENCRYPTED PRIVATE KEY")
    return invalid(where, "an encrypted key", "Decrypt it: openssl pkcs8 -in key.pem -out new.pem");
  return invalid(where, label === undefined ? "text that is not PEM" : `a PEM file of ${label}`);
}

function invalid(where: string, found: string, hint = "Make a key with banana-peel keygen."): BananaError {
  return new BananaError(
    "KEY_INVALID",
    `expected an unencrypted PKCS#8 PEM private key on P-256, P-384 or P-521, found ${found}`,
    { where, hint },
  );
}

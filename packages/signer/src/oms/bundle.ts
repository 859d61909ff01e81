import { FILES, LIMITS, parseJson } from "@banana-peel/format";
import { fromBase64, toBase64 } from "../base64.js";
import { BUNDLE_MEDIA_TYPE, PAYLOAD_TYPE } from "./constants.js";
import { asArray, asObject, asString, bundleError, expectString, onlyMembers } from "./shape.js";

/** What a key-signed OMS bundle says. */
export interface Bundle {
  /** Hexadecimal SHA-256 of the normalised PEM of the key. */
  readonly hint: string;
  /** The in-toto statement's bytes, as signed. */
  readonly payload: Uint8Array;
  /** DER ECDSA signature over the payload's pre-authentication encoding. */
  readonly signature: Uint8Array;
}

/**
 * Reads model.sig: a Sigstore bundle v0.3 with a DSSE envelope, signed with a key. Members that the profile doesn't
 * name are refused, so that nothing unsigned rides along. Certificates and keyless signatures are not in the profile.
 * Specification: docs/specification/signing.md, Bundle.
 * @throws BananaError SIGNATURE_INVALID, JSON_INVALID, FILE_TOO_LARGE
 */
export function parseBundle(bytes: Uint8Array): Bundle {
  const bundle = asObject(parseJson(bytes, FILES.signature, LIMITS.signatureBytes), "");
  onlyMembers(bundle, ["mediaType", "verificationMaterial", "dsseEnvelope"], "");
  expectString(bundle.mediaType, BUNDLE_MEDIA_TYPE, "/mediaType");

  const material = asObject(bundle.verificationMaterial, "/verificationMaterial");
  onlyMembers(material, ["publicKey", "tlogEntries"], "/verificationMaterial");
  if (material.tlogEntries !== undefined) {
    const entries = asArray(material.tlogEntries, "/verificationMaterial/tlogEntries");
    if (entries.length > 0)
      throw bundleError("/verificationMaterial/tlogEntries", "expected none beside a key, found some");
  }
  const publicKey = asObject(material.publicKey, "/verificationMaterial/publicKey");
  onlyMembers(publicKey, ["hint"], "/verificationMaterial/publicKey");
  const hint = asString(publicKey.hint, "/verificationMaterial/publicKey/hint");

  const envelope = asObject(bundle.dsseEnvelope, "/dsseEnvelope");
  onlyMembers(envelope, ["payload", "payloadType", "signatures"], "/dsseEnvelope");
  expectString(envelope.payloadType, PAYLOAD_TYPE, "/dsseEnvelope/payloadType");
  const signatures = asArray(envelope.signatures, "/dsseEnvelope/signatures");
  if (signatures.length !== 1)
    throw bundleError("/dsseEnvelope/signatures", `expected one signature, found ${signatures.length}`);
  const signature = asObject(signatures[0], "/dsseEnvelope/signatures/0");
  onlyMembers(signature, ["sig", "keyid"], "/dsseEnvelope/signatures/0");
  if (signature.keyid !== undefined) expectString(signature.keyid, "", "/dsseEnvelope/signatures/0/keyid");

  return {
    hint,
    payload: base64(envelope.payload, "/dsseEnvelope/payload"),
    signature: base64(signature.sig, "/dsseEnvelope/signatures/0/sig"),
  };
}

/** The bytes of model.sig. */
export function writeBundle(bundle: Bundle): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify({
      mediaType: BUNDLE_MEDIA_TYPE,
      verificationMaterial: { publicKey: { hint: bundle.hint }, tlogEntries: [] },
      dsseEnvelope: {
        payload: toBase64(bundle.payload),
        payloadType: PAYLOAD_TYPE,
        signatures: [{ sig: toBase64(bundle.signature), keyid: "" }],
      },
    }),
  );
}

function base64(value: unknown, place: string): Uint8Array {
  const bytes = fromBase64(asString(value, place));
  if (bytes === undefined) throw bundleError(place, "expected canonical base64");
  return bytes;
}

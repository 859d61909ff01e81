import {
  BananaError,
  FILES,
  isBananaError,
  LIMITS,
  type PeelManifest,
  type PeelSource,
} from "@banana-peel/format";
import { importPublicKey, type PublicKey, type SignerIdentity } from "../ecdsa/public-key.js";
import { type Bundle, parseBundle } from "../oms/bundle.js";
import { preAuthEncoding } from "../oms/pae.js";
import { bundleError } from "../oms/shape.js";
import { parseStatement } from "../oms/statement.js";
import { readManifest } from "./manifest.js";
import { checkedReader, differs, type FileDigest, hashFiles, listFiles } from "./signed-files.js";

/** A peel whose signature and files were checked. Only `verifyPeel` makes one. */
export interface VerifiedPeel {
  /** peel.json, frozen; its name, version and format version are checked, the rest is the validator's. */
  readonly manifest: PeelManifest;
  readonly signer: SignerIdentity;
  /** All signed files: everything in the peel but model.sig. */
  readonly files: ReadonlyMap<string, FileDigest>;
  /** The signed subject's digest, SHA-256 in lower-case hexadecimal: names exactly these files. */
  readonly root: string;
  /** Name for messages, from the source. */
  readonly label: string;
  /**
   * Reads a signed file again and hashes it again.
   * @throws BananaError SIGNED_FILES_DIFFER when it is no longer what was signed, FILE_MISSING when it never was
   */
  read(path: string): Promise<Uint8Array>;
}

const verified = new WeakSet<object>();

/** True for what `verifyPeel` returned; an object that only looks like it is refused. */
export function isVerifiedPeel(value: unknown): value is VerifiedPeel {
  return typeof value === "object" && value !== null && verified.has(value);
}

/**
 * Verifies a peel's OMS signature over all of its files, with the key that the peel carries. Who may sign is another
 * question: ask `checkTrust`. Throws at the first problem. Every file is read once, one at a time.
 * Specification: docs/specification/signing.md, Verifying.
 * @throws BananaError SIGNATURE_MISSING, SIGNATURE_INVALID, SIGNED_FILES_DIFFER, PATH_INVALID, FILE_TOO_LARGE,
 *   JSON_INVALID, SCHEMA_INVALID, FORMAT_VERSION_UNKNOWN, and what the source throws
 */
export async function verifyPeel(source: PeelSource): Promise<VerifiedPeel> {
  const present = await listFiles(source);
  for (const path of [FILES.signature, FILES.publicKey])
    if (!present.has(path)) throw unsigned(path, source.label);

  // Signing, Verifying 1-3: the bundle, the key, the signature.
  const bundle = parseBundle(await source.read(FILES.signature, LIMITS.signatureBytes));
  const keyBytes = await source.read(FILES.publicKey, LIMITS.signatureBytes);
  const key = await readKey(keyBytes);
  await checkSignature(bundle, key);

  // Signing, Verifying 4: the statement and its root.
  const statement = await parseStatement(bundle.payload);

  // Signing, Verifying 5: the same files, no more, no fewer.
  for (const path of [FILES.manifest, FILES.publicKey])
    if (!statement.resources.has(path)) throw differs(path, `expected ${path} among the signed files`);
  for (const path of present)
    if (path !== FILES.signature && !statement.resources.has(path))
      throw differs(path, `expected only signed files, found ${path} in addition`);
  for (const path of statement.resources.keys())
    if (!present.has(path)) throw differs(path, `expected the signed file ${path}, found none`);

  // Signing, Verifying 6: every file is the one that was signed.
  const files = new Map<string, FileDigest>();
  let manifest: PeelManifest | undefined;
  await hashFiles(source, statement.resources.keys(), (path, digest, bytes) => {
    const expected = statement.resources.get(path);
    if (digest.sha256 !== expected)
      throw differs(path, `expected SHA-256 ${expected}, found ${digest.sha256}`);
    if (path === FILES.publicKey && !equal(bytes!, keyBytes))
      throw differs(path, "expected the key that verified, found another");
    files.set(path, Object.freeze(digest));
    if (path === FILES.manifest) manifest = readManifest(bytes!);
  });
  if (manifest === undefined) throw differs(FILES.manifest, "expected peel.json among the signed files");

  const peel: VerifiedPeel = Object.freeze({
    manifest,
    signer: key.identity,
    files,
    root: statement.root,
    label: source.label,
    read: checkedReader(source, files),
  });
  verified.add(peel);
  return peel;
}

async function readKey(bytes: Uint8Array): Promise<PublicKey> {
  const pem = new TextDecoder().decode(bytes);
  try {
    const key = await importPublicKey(pem, FILES.publicKey);
    if (key.identity.publicKeyPem === pem) return key;
  } catch (cause) {
    if (!isBananaError(cause)) throw cause;
    throw new BananaError("SIGNATURE_INVALID", cause.message, {
      where: FILES.publicKey,
      hint: "Sign the peel again with an ECDSA key: banana-peel sign.",
      cause,
    });
  }
  throw new BananaError(
    "SIGNATURE_INVALID",
    "expected one normalised PEM block with lines of 64 characters and a newline at the end, found another form",
    { where: FILES.publicKey, hint: "Sign the peel again: banana-peel sign." },
  );
}

async function checkSignature(bundle: Bundle, key: PublicKey): Promise<void> {
  const hint = key.identity.fingerprint.slice("sha256:".length);
  if (bundle.hint !== hint)
    throw bundleError(
      "/verificationMaterial/publicKey/hint",
      `expected the fingerprint of ${FILES.publicKey}, ${hint}, found ${JSON.stringify(bundle.hint.slice(0, 100))}`,
    );
  if (!(await key.verify(bundle.signature, preAuthEncoding(bundle.payload))))
    throw bundleError(
      "/dsseEnvelope/signatures/0/sig",
      `expected a signature by the key in ${FILES.publicKey} over this payload, found one that doesn't verify`,
    );
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function unsigned(path: string, label: string): BananaError {
  return new BananaError("SIGNATURE_MISSING", `expected ${path} in ${label}, found none`, {
    where: path,
    hint: "Sign the peel with banana-peel sign; as its user, ask the author for a signed version.",
  });
}

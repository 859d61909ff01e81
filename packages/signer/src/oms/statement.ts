import { FILES, fromHex, isSafePath, LIMITS, parseJson, sha256Hex } from "@banana-peel/format";
import { PREDICATE_TYPE, STATEMENT_TYPE } from "./constants.js";
import { asArray, asObject, asString, bundleError, expectString } from "./shape.js";

/** What an OMS statement says of a folder. */
export interface Statement {
  /** Name of the subject; of no meaning to the verification. */
  readonly name: string;
  /** SHA-256 of each file by path, lower-case hexadecimal, in the listed order. */
  readonly resources: ReadonlyMap<string, string>;
  /** The subject's digest: SHA-256 over the raw digests in the listed order. */
  readonly root: string;
}

const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Reads an in-toto statement with OMS's predicate v1.0: one subject, its digest recomputed from the resources; plain
 * files hashed with SHA-256. `ignore_paths` is not obeyed: only model.sig is outside of what is signed.
 * Specification: docs/specification/signing.md, Statement.
 * @throws BananaError SIGNATURE_INVALID, JSON_INVALID, FILE_TOO_LARGE
 */
export async function parseStatement(payload: Uint8Array): Promise<Statement> {
  const label = `${FILES.signature}:/dsseEnvelope/payload`;
  const statement = asObject(parseJson(payload, label, LIMITS.signatureBytes), "payload");
  expectString(statement._type, STATEMENT_TYPE, "payload/_type");
  expectString(statement.predicateType, PREDICATE_TYPE, "payload/predicateType");
  const subjects = asArray(statement.subject, "payload/subject");
  if (subjects.length !== 1)
    throw bundleError("payload/subject", `expected one subject, found ${subjects.length}`);
  const subject = asObject(subjects[0], "payload/subject/0");
  const name = asString(subject.name, "payload/subject/0/name");
  const digest = asObject(subject.digest, "payload/subject/0/digest");
  const root = sha256(digest.sha256, "payload/subject/0/digest/sha256");

  const predicate = asObject(statement.predicate, "payload/predicate");
  const serialization = asObject(predicate.serialization, "payload/predicate/serialization");
  expectString(serialization.method, "files", "payload/predicate/serialization/method");
  expectString(serialization.hash_type, "sha256", "payload/predicate/serialization/hash_type");
  if (serialization.allow_symlinks !== false)
    throw bundleError("payload/predicate/serialization/allow_symlinks", "expected false");

  const resources = parseResources(predicate.resources);
  const actual = await rootDigest(resources);
  if (actual !== root)
    throw bundleError(
      "payload/subject/0/digest/sha256",
      `expected the digest of the listed resources, ${actual}, found ${root}`,
    );
  return { name, resources, root };
}

/** SHA-256 over the raw digests in order, lower-case hexadecimal. */
export async function rootDigest(resources: ReadonlyMap<string, string>): Promise<string> {
  return sha256Hex(fromHex([...resources.values()].join("")));
}

function parseResources(value: unknown): Map<string, string> {
  const list = asArray(value, "payload/predicate/resources");
  if (list.length > LIMITS.files)
    throw bundleError(
      "payload/predicate/resources",
      `expected at most ${LIMITS.files} files, found ${list.length}`,
    );
  const resources = new Map<string, string>();
  list.forEach((item, index) => {
    const place = `payload/predicate/resources/${index}`;
    const resource = asObject(item, place);
    const path = asString(resource.name, `${place}/name`);
    if (!isSafePath(path) || path === FILES.signature)
      throw bundleError(`${place}/name`, `expected a plain path of a peel, found ${JSON.stringify(path)}`);
    if (resources.has(path)) throw bundleError(`${place}/name`, `expected ${path} once, found it twice`);
    expectString(resource.algorithm, "sha256", `${place}/algorithm`);
    resources.set(path, sha256(resource.digest, `${place}/digest`));
  });
  return resources;
}

function sha256(value: unknown, place: string): string {
  const text = asString(value, place);
  if (!SHA256.test(text))
    throw bundleError(place, "expected 64 lower-case hexadecimal digits of a SHA-256 digest");
  return text;
}

import { BananaError, isDistTag } from "@banana-peel/format";

/** What a publish request brings: a tarball and what is promised of it. */
export interface PublishRequest {
  readonly name: string;
  readonly version: string;
  readonly tag: string;
  /** The promised SHA-512, `sha512-<base64>`. */
  readonly integrity: string;
  /** The promised SHA-1 in hexadecimal, where one is given. */
  readonly shasum: string | undefined;
  readonly tarball: Buffer;
}

const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;

/**
 * Reads the document that npm's protocol publishes with: one version, one tarball in base64, one tag. Nothing else
 * in it is used: what the registry stores is made from the tarball.
 * @returns the request; without a tarball, the document, which can only be a change of what is there
 * @param name the package's name, from the request's path
 * @throws BananaError PUBLISH_INVALID
 */
export function readPublishRequest(
  body: Buffer,
  name: string,
): PublishRequest | { readonly change: Record<string, unknown> } {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch (cause) {
    throw invalid("body", "expected JSON", cause);
  }
  const document = object(value, "body");
  if (document.name !== name)
    throw invalid("name", `expected ${name}, as in the path, found ${show(document.name)}`);
  // npm deprecate sends the whole document back, changed and without a tarball.
  if (Object.keys(object(document._attachments ?? {}, "_attachments")).length === 0)
    return { change: document };

  const [version, metadata] = only(document.versions, "versions");
  // semver 2.0.0, 10: two versions that differ in build metadata only have the same precedence; npm drops it.
  if (version.includes("+"))
    throw invalid("versions", `expected a version without +, found ${show(version)}`);
  const manifest = object(metadata, `versions/${version}`);
  if (manifest.name !== name)
    throw invalid(`versions/${version}/name`, `expected ${name}, found ${show(manifest.name)}`);
  if (manifest.version !== version)
    throw invalid(`versions/${version}/version`, `expected ${version}, found ${show(manifest.version)}`);
  const dist = object(manifest.dist, `versions/${version}/dist`);
  const { integrity, shasum } = dist;
  if (typeof integrity !== "string" || !SHA512.test(integrity))
    throw invalid(`versions/${version}/dist/integrity`, "expected one SHA-512 digest, sha512-<base64>");
  if (shasum !== undefined && typeof shasum !== "string")
    throw invalid(`versions/${version}/dist/shasum`, "expected a SHA-1 digest in hexadecimal");

  const [tag, tagged] = only(document["dist-tags"], "dist-tags");
  if (!isDistTag(tag)) throw invalid("dist-tags", `expected a tag such as latest, found ${show(tag)}`);
  if (tagged !== version) throw invalid(`dist-tags/${tag}`, `expected ${version}, found ${show(tagged)}`);

  const [file, attachment] = only(document._attachments, "_attachments");
  const { data, length } = object(attachment, `_attachments/${file}`);
  if (typeof data !== "string") throw invalid(`_attachments/${file}/data`, "expected base64");
  const tarball = Buffer.from(data, "base64");
  if (length !== undefined && length !== tarball.length)
    throw invalid(`_attachments/${file}/length`, `expected ${tarball.length} bytes, found ${show(length)}`);
  return { name, version, tag, integrity, shasum, tarball };
}

function object(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(where, "expected an object");
  return value as Record<string, unknown>;
}

/** The one entry of an object that must have one. */
function only(value: unknown, where: string): [key: string, value: unknown] {
  const entries = Object.entries(object(value, where));
  if (entries.length !== 1) throw invalid(where, `expected one entry, found ${entries.length}`);
  return entries[0]!;
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? "nothing";
}

function invalid(where: string, message: string, cause?: unknown): BananaError {
  return new BananaError("PUBLISH_INVALID", message, {
    where: `request:/${where.slice(0, 200)}`,
    hint: "Publish with banana-peel publish or npm publish.",
    cause,
  });
}

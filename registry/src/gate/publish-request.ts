import type { IncomingHttpHeaders } from "node:http";
import { BananaError, isDistTag } from "@banana-peel/format";
import { AT_END, DIGEST_BYTES } from "./digested-body.js";

/** What a publish request promises of its tarball. */
export interface PublishRequest {
  readonly name: string;
  readonly version: string;
  readonly tag: string;
  /** The promised SHA-512, `sha512-<base64>`; AT_END as long as it is to come. */
  readonly integrity: string;
  /** The promised SHA-1 in hexadecimal, where one is given. */
  readonly shasum: string | undefined;
}

const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;
/** Semantic version 2.0.0 as far as a path needs it; peel.json's own is checked by the validator. */
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

/**
 * Reads the document that npm's protocol publishes with, without its tarball: one version, one tarball, one tag.
 * Nothing else in it is used: what the registry stores is made from the tarball.
 * @returns the request; without a tarball, the document, which can only be a change of what is there
 * @param name the package's name, from the request's path
 * @param tarballBytes bytes of the tarball that came with it
 * @throws BananaError PUBLISH_INVALID
 */
export function readPublishRequest(
  body: Buffer,
  name: string,
  tarballBytes: number,
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
  checkVersion(version);
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
  if (length !== undefined && length !== tarballBytes)
    throw invalid(`_attachments/${file}/length`, `expected ${tarballBytes} bytes, found ${show(length)}`);
  return { name, version, tag, integrity, shasum };
}

/**
 * What a request of our own protocol promises: docs/specification/registry.md, Publishing.
 * @throws BananaError PUBLISH_INVALID
 */
export function readUploadRequest(
  { name, version, tag }: { name: string; version: string; tag: string },
  headers: IncomingHttpHeaders,
): PublishRequest {
  checkVersion(version);
  if (!isDistTag(tag)) throw invalid("tag", `expected a tag such as latest, found ${show(tag)}`);
  const integrity = String(headers["banana-peel-integrity"]);
  if (integrity !== AT_END && !SHA512.test(integrity))
    throw invalid(
      "banana-peel-integrity",
      `expected one SHA-512 digest, sha512-<base64>, or ${AT_END} in that header`,
    );
  if (integrity === AT_END && !(Number(headers["content-length"]) >= DIGEST_BYTES))
    throw invalid("content-length", "expected the bytes of the tarball and of its SHA-512 in that header");
  return { name, version, tag, integrity, shasum: undefined };
}

function checkVersion(version: string): void {
  // semver 2.0.0, 10: two versions that differ in build metadata only have the same precedence; npm drops it.
  if (version.includes("+"))
    throw invalid("versions", `expected a version without +, found ${show(version)}`);
  if (version.length > 256 || !VERSION.test(version))
    throw invalid("versions", `expected a semantic version such as 1.0.0, found ${show(version)}`);
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

import { isDeepStrictEqual } from "node:util";
import { BananaError } from "@banana-peel/format";
import type { PackageDocument } from "../storage/packages.js";

/** A package's document, as far as a change goes by it. */
export type StoredDocument = Pick<PackageDocument, "name" | "dist-tags" | "versions">;

/** What a change does. */
export interface ChangeDocument {
  /** Versions that are unpublished. */
  readonly removed: readonly string[];
  /** By version that stays: why nobody should use it, empty for none. */
  readonly messages: Readonly<Record<string, string>>;
  readonly tags: Record<string, string>;
}

/** Characters of a deprecation's message. */
const MAX_MESSAGE = 1000;

/**
 * Compares the document that npm sends back with the stored one.
 * @throws BananaError PUBLISH_INVALID when anything differs but `deprecated` and, with `mayRemove`, versions left out
 *   and the tags that named them
 */
export function readChange(value: unknown, stored: StoredDocument, mayRemove: boolean): ChangeDocument {
  const document = object(value, "");
  if (document.name !== stored.name) throw invalid("name", `expected ${stored.name}`);
  const versions = object(document.versions, "versions");
  const added = Object.keys(versions).find((version) => !Object.hasOwn(stored.versions, version));
  if (added !== undefined)
    throw invalid(`versions/${added}`, "expected the versions that are published, found one more");
  const removed = Object.keys(stored.versions).filter((version) => !Object.hasOwn(versions, version));
  if (removed.length > 0 && !mayRemove)
    throw invalid("versions", `expected every published version, found ${removed[0]} left out`);
  const left = Object.keys(versions);
  if (left.length === 0) throw invalid("versions", "expected a version, found none: unpublish the package");
  return {
    removed,
    messages: Object.fromEntries(
      left.map((version) => [version, readMessage(versions[version], stored, version)]),
    ),
    tags: readTags(object(document["dist-tags"], "dist-tags"), stored, left),
  };
}

/** The message of one version, which is the same as the stored one in everything else. */
function readMessage(value: unknown, stored: StoredDocument, version: string): string {
  const where = `versions/${version}`;
  const sent = object(value, where);
  const changed = differing(comparable(sent), comparable(stored.versions[version]!));
  if (changed !== undefined)
    throw invalid(
      `${where}/${changed}`,
      "expected nothing changed but deprecated: a published peel stays as it is",
    );
  const message = sent.deprecated ?? "";
  if (typeof message === "string" && message.length <= MAX_MESSAGE && !/\p{Cc}/u.test(message))
    return message;
  throw invalid(`${where}/deprecated`, `expected one line of at most ${MAX_MESSAGE} characters`);
}

/** A version without what may differ: the message, and the tarball's address, which depends on who asks. */
function comparable(version: Record<string, unknown>): Record<string, unknown> {
  const { deprecated: _, dist, ...rest } = version;
  if (typeof dist !== "object" || dist === null) return { ...rest, dist };
  const { tarball: __, ...digests } = dist as Record<string, unknown>;
  return { ...rest, dist: digests };
}

function differing(a: Record<string, unknown>, b: Record<string, unknown>): string | undefined {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].find(
    (key) => !isDeepStrictEqual(a[key], b[key]),
  );
}

/**
 * The tags after the change. They are moved by their own request; here those of removed versions may go, or move to a
 * version that stays. There is always a `latest`.
 */
function readTags(
  sent: Record<string, unknown>,
  stored: StoredDocument,
  left: readonly string[],
): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const tag of new Set([...Object.keys(sent), ...Object.keys(stored["dist-tags"])])) {
    const before = stored["dist-tags"][tag];
    const after = sent[tag];
    const freed = before !== undefined && !left.includes(before);
    const moved = after === undefined || left.includes(String(after));
    if (after !== before && !(freed && moved))
      throw invalid(
        `dist-tags/${tag}`,
        `expected ${before ?? "no such tag"}: tags are moved with npm dist-tag`,
      );
    if (typeof after === "string" && left.includes(after)) tags[tag] = after;
  }
  return { latest: left.at(-1)!, ...tags };
}

function object(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw invalid(where, "expected an object");
}

function invalid(where: string, message: string): BananaError {
  return new BananaError("PUBLISH_INVALID", message, {
    where: `request:/${where.slice(0, 200)}`,
    hint: "Use banana-peel deprecate or unpublish, or npm's; publish a new version for anything else.",
  });
}

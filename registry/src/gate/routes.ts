import { isDistTag, isPeelName } from "@banana-peel/format";

/** What a request asks of the registry, as far as the gate must know. */
export type Route =
  /** Changes nothing: goes to Verdaccio as it is. */
  | { kind: "read" }
  /** Logging in and out: small, goes to Verdaccio as it is. */
  | { kind: "account" }
  /** A new version of a package; `name` may be none of a peel. */
  | { kind: "publish"; name: string }
  /** Takes versions out of a peel's document; `npm unpublish` of a version. */
  | { kind: "change"; name: string }
  /** Takes a whole peel away. */
  | { kind: "remove"; name: string }
  /** Takes an unpublished version's tarball away. */
  | { kind: "tarball"; name: string; file: string }
  /** The same by our own protocol: docs/specification/registry.md. */
  | { kind: "upload"; name: string; version: string; tag: string }
  /** What this registry offers beyond npm's protocol. */
  | { kind: "about" }
  /** Reads a tarball. */
  | { kind: "download"; name: string; file: string }
  /** Moves or removes a dist-tag of a peel. */
  | { kind: "tag"; name: string }
  /** Asks for advisories on many names: npm audit. */
  | { kind: "advisories" }
  /** Part of the npm protocol that this registry doesn't offer; npm goes on without it. */
  | { kind: "absent" }
  /** Would change a package in another way than publishing a version. */
  | { kind: "refused" };

const READING = new Set(["GET", "HEAD", "OPTIONS"]);
const ACCOUNT = [
  /^PUT \/-\/user\/org\.couchdb\.user(?::|%3a)[^/]+(?:\/-rev\/[^/]*)?$/i,
  /^DELETE \/-\/user\/token\/[^/]+$/,
];
const TAG = /^(?:PUT|POST|DELETE) \/-\/package\/(@[^/]+(?:\/|%2f)[^/]+)\/dist-tags\/([^/]+)$/i;
const REVISED = /^(PUT|DELETE) \/(@[^/]+(?:\/|%2[fF])[^/]+)(?:\/-\/([^/]+))?\/-rev\/[^/]+$/;
const TARBALL_FILE = /^[a-z0-9][a-zA-Z0-9._-]*\.tgz$/;
const PUBLISH = /^PUT \/((?:@[^/]+\/)?[^/]+)$/;
/** Our own protocol: docs/specification/registry.md. */
const ABOUT = /^\/-\/banana-peel\/?$/;
const UPLOAD = /^PUT \/-\/banana-peel\/peels\/([^/]+)\/([^/]+)$/;
const TARBALL = /^\/(@[^/]+(?:\/|%2f)[^/]+)\/-\/([^/]+)$/i;

/**
 * What a request asks for. Everything that writes and isn't on this short list is refused, so that no path of
 * Verdaccio's, known or not, leads around the gate.
 * @param url as in the request line: path and query
 */
export function routeOf(method: string, url: string): Route {
  const [path, query] = url.split("?", 2) as [string, string?];
  if (READING.has(method)) return method === "OPTIONS" ? { kind: "read" } : readingOf(path);
  const request = `${method} ${path}`;
  if (ACCOUNT.some((pattern) => pattern.test(request))) return { kind: "account" };
  const tag = TAG.exec(request);
  if (tag !== null) {
    const name = decode(tag[1]!);
    return name !== undefined && isPeelName(name) && isDistTag(tag[2]!)
      ? { kind: "tag", name }
      : { kind: "refused" };
  }
  const revised = REVISED.exec(request);
  if (revised !== null) {
    const [, method, part, rawFile] = revised;
    const name = decode(part);
    const file = decode(rawFile);
    if (name === undefined || !isPeelName(name)) return { kind: "refused" };
    if (rawFile === undefined) return { kind: method === "PUT" ? "change" : "remove", name };
    return method === "DELETE" && file !== undefined && TARBALL_FILE.test(file)
      ? { kind: "tarball", name, file }
      : { kind: "refused" };
  }
  if (request === "POST /-/npm/v1/security/advisories/bulk") return { kind: "advisories" };
  const [, peel, version] = UPLOAD.exec(request) ?? [];
  if (peel !== undefined) {
    const name = decode(peel);
    const tag = new URLSearchParams(query).get("tag") ?? "latest";
    const decoded = decode(version);
    return name === undefined || decoded === undefined
      ? { kind: "refused" }
      : { kind: "upload", name, version: decoded, tag };
  }
  if (path.startsWith("/-/")) return { kind: "absent" };
  const name = decode(PUBLISH.exec(request)?.[1]);
  return name === undefined ? { kind: "refused" } : { kind: "publish", name };
}

function readingOf(path: string): Route {
  if (ABOUT.test(path)) return { kind: "about" };
  const [, peel, file] = TARBALL.exec(path) ?? [];
  const name = decode(peel);
  const decoded = decode(file);
  return name !== undefined && decoded !== undefined && isPeelName(name)
    ? { kind: "download", name, file: decoded }
    : { kind: "read" };
}

function decode(part: string | undefined): string | undefined {
  if (part === undefined) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

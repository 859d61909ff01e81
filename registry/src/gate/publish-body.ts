import type { IncomingHttpHeaders } from "node:http";
import { AT_END, DIGEST_BYTES, DigestedBody } from "./digested-body.js";
import { NpmBody } from "./npm-body.js";
import type { PublishRoute } from "./publish.js";
import { type PublishRequest, readPublishRequest, readUploadRequest } from "./publish-request.js";

/** How the body of a publish is read: the tarball in it, then what was promised of that. */
export interface PublishBody {
  /** The tarball's bytes, as they come in. */
  tarball(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** What is wanted of the registry, once the tarball was read. @throws BananaError PUBLISH_INVALID */
  wanted(): PublishRequest | { readonly change: Record<string, unknown> };
}

/**
 * The body of a publish by its protocol. Of what a client promises, what it says before its tarball is looked at first.
 * @throws BananaError PUBLISH_INVALID
 */
export function publishBody(route: PublishRoute, headers: IncomingHttpHeaders): PublishBody {
  if (route.kind === "publish") {
    const npm = new NpmBody();
    return {
      tarball: (body) => npm.tarball(body),
      wanted: () => readPublishRequest(npm.rest(), route.name, npm.tarballBytes),
    };
  }
  const promised = readUploadRequest(route, headers);
  if (promised.integrity !== AT_END) return { tarball: (body) => body, wanted: () => promised };
  const digested = new DigestedBody(Number(headers["content-length"]));
  return {
    tarball: (body) => digested.tarball(body),
    wanted: () => ({ ...promised, integrity: digested.integrity }),
  };
}

/** Bytes of a request's body that may come, where its tarball may have `maxBytes`. */
export function bodyLimit(headers: IncomingHttpHeaders, maxBytes: number): number {
  return maxBytes + (headers["banana-peel-integrity"] === AT_END ? DIGEST_BYTES : 0);
}

import type { IncomingMessage } from "node:http";
import { pipeline, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { BananaError } from "@banana-peel/format";

/**
 * The body of an answer without its content-encoding, as fast as it is read: whoever reads it holds the limit.
 * @throws BananaError REGISTRY_INVALID for an encoding that nobody asked for
 */
export function decodeBody(response: IncomingMessage, where: string): Readable {
  const encoding = response.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding === "identity" || encoding === "") return response;
  const decoder = /^(?:x-)?gzip$/.test(encoding)
    ? createGunzip()
    : encoding === "deflate"
      ? createInflate()
      : encoding === "br"
        ? createBrotliDecompress()
        : undefined;
  // Its errors come out of the decoder.
  if (decoder !== undefined) return pipeline(response, decoder, () => undefined);
  response.destroy();
  throw new BananaError(
    "REGISTRY_INVALID",
    `expected the encodings gzip or deflate, found ${JSON.stringify(encoding.slice(0, 100))}`,
    { where, hint: "Tell the registry's operator; a proxy may have answered in its place." },
  );
}

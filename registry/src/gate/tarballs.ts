import { open } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { StoredTarball } from "../storage/packages.js";

/** Bytes that are read at a time. */
const PIECE = 256 * 1024;

/**
 * Serves a tarball: whole, or the range that was asked for (RFC 9110, 14), so that a download can be resumed. A
 * published tarball never changes, and its digest is its ETag.
 */
export async function serveTarball(
  request: IncomingMessage,
  response: ServerResponse,
  { path, integrity }: StoredTarball,
): Promise<void> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const etag = `"${integrity}"`;
    const headers = {
      etag,
      "accept-ranges": "bytes",
      "cache-control": "public, max-age=31536000, immutable",
    };
    const { "if-none-match": known, "if-range": condition } = request.headers;
    if (known !== undefined && matches(known, etag)) {
      response.writeHead(304, headers).end();
      return;
    }
    const asked = condition === undefined || condition === etag ? request.headers.range : undefined;
    const range = rangeOf(asked, size);
    if (range === "unsatisfiable") {
      response.writeHead(416, { ...headers, "content-range": `bytes */${size}`, "content-length": 0 }).end();
      return;
    }
    const { from, to } = range ?? { from: 0, to: size - 1 };
    response.writeHead(range === undefined ? 200 : 206, {
      ...headers,
      "content-type": "application/octet-stream",
      "content-length": to - from + 1,
      ...(range === undefined ? {} : { "content-range": `bytes ${from}-${to}/${size}` }),
    });
    if (request.method === "HEAD" || size === 0) {
      response.end();
      return;
    }
    // A client that goes away in between is no failure of the registry.
    await pipeline(
      file.createReadStream({ start: from, end: to, highWaterMark: PIECE, autoClose: false }),
      response,
    ).catch((error: NodeJS.ErrnoException) => {
      if (
        error.code !== "ERR_STREAM_PREMATURE_CLOSE" &&
        error.code !== "ECONNRESET" &&
        error.code !== "EPIPE"
      )
        throw error;
    });
  } finally {
    await file.close();
  }
}

function matches(header: string, etag: string): boolean {
  return header.split(",").some((item) => {
    const tag = item.trim().replace(/^W\//, "");
    return tag === "*" || tag === etag;
  });
}

/** One range of bytes; undefined, for all of them, where none is asked for, several, or something else. */
function rangeOf(
  header: string | undefined,
  size: number,
): { from: number; to: number } | "unsatisfiable" | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
  if (first === "") {
    const count = Math.min(Number(last), size);
    return count === 0 ? "unsatisfiable" : { from: size - count, to: size - 1 };
  }
  const from = Number(first);
  if (last !== "" && Number(last) < from) return undefined;
  return from >= size
    ? "unsatisfiable"
    : { from, to: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
}

import { BananaError, tooLarge } from "@banana-peel/format";
import { brokenOff, notThere, refused, type UrlFile, unanswered } from "./url-errors.js";

/** The part of fetch that is used; an app may hand in one of its own, with credentials or a cache. */
export type Fetch = (url: string, init?: { signal?: AbortSignal }) => Promise<Response>;

/** Files below an address. */
export interface UrlFiles {
  /** Address of the folder, with a slash at its end. */
  readonly url: string;
  /**
   * All bytes of a file.
   * @param maxBytes more are not read
   * @throws BananaError FILE_MISSING (404, 410, or a web page in its place), DOWNLOAD_FAILED (no answer that the page may
   *   see, any other but 200, or one that breaks off), FILE_TOO_LARGE; the signal's reason
   */
  read(path: string, maxBytes?: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/**
 * The files below an address.
 * @param folder absolute, or relative to `document.baseURI`; with or without a slash at its end
 * @throws BananaError INPUT_INVALID when it isn't an address over HTTP
 */
export function urlFiles(folder: string | URL, fetcher: Fetch = (url, init) => fetch(url, init)): UrlFiles {
  const url = folderUrl(folder);
  return {
    url,
    async read(path, maxBytes = Number.POSITIVE_INFINITY, signal) {
      const address = url + path.split("/").map(encodeURIComponent).join("/");
      const file: UrlFile = { folder: url, path, address };
      return body(await answer(fetcher, file, signal), file, maxBytes, signal);
    },
  };
}

function folderUrl(folder: string | URL): string {
  const text = String(folder);
  try {
    const base = typeof document === "undefined" ? undefined : document.baseURI;
    const url = new URL(text.endsWith("/") ? text : `${text}/`, base);
    if (/^https?:$/.test(url.protocol) && url.search === "" && url.hash === "") return url.href;
  } catch {
    // Not an address: said below.
  }
  throw new BananaError("INPUT_INVALID", `expected the address of a folder over HTTP, found ${text}`, {
    where: text,
    hint: "Name the folder that the files are in, as in /bases/nano/.",
  });
}

async function answer(fetcher: Fetch, file: UrlFile, signal: AbortSignal | undefined): Promise<Response> {
  let response: Response;
  try {
    response = await fetcher(file.address, signal === undefined ? {} : { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw unanswered(file, cause);
  }
  const { status } = response;
  if (status === 404 || status === 410) throw notThere(file, `none (${status})`);
  if (status !== 200) throw refused(file, status);
  return response;
}

/** Reads as it arrives, so that a server that lies about the length, or says none, can't fill the memory. */
async function body(
  response: Response,
  file: UrlFile,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { folder, path } = file;
  if (Number(response.headers.get("content-length") ?? 0) > maxBytes)
    throw tooLarge(folder, path, Number(response.headers.get("content-length")), maxBytes);
  const chunks: Uint8Array[] = [];
  let total = 0;
  const reader = response.body?.getReader();
  try {
    for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
      total += part.value.length;
      if (total > maxBytes) throw tooLarge(folder, path, total, maxBytes);
      chunks.push(part.value);
    }
  } catch (cause) {
    await reader?.cancel().catch(() => {});
    signal?.throwIfAborted();
    if (cause instanceof BananaError) throw cause;
    throw brokenOff(file, total, cause);
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  if (!PAGE.test(path) && isPage(response, bytes))
    throw notThere(file, "a web page: the server answers its index instead");
  return bytes;
}

/** Files that are pages themselves, as a peel's further texts may be. */
const PAGE = /\.x?html?$/i;

/** Servers of single-page apps answer their index to every address that they don't know, with 200. */
function isPage(response: Response, bytes: Uint8Array): boolean {
  if (!/^text\/html\b/i.test(response.headers.get("content-type") ?? "")) return false;
  return /^\s*<(?:!doctype|html)\b/i.test(new TextDecoder().decode(bytes.subarray(0, 256)));
}

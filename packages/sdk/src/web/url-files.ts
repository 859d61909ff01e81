import { BananaError, missing, tooLarge } from "@banana-peel/format";

/** The part of fetch that is used; an app may hand in one of its own, with credentials or a cache. */
export type Fetch = (url: string, init?: { signal?: AbortSignal }) => Promise<Response>;

/** Files below an address. */
export interface UrlFiles {
  /** Address of the folder, with a slash at its end. */
  readonly url: string;
  /**
   * All bytes of a file.
   * @param maxBytes more are not read
   * @throws BananaError FILE_MISSING (any answer but 200, or none), FILE_TOO_LARGE
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
      const response = await answer(fetcher, url, path, signal);
      return body(response, url, path, maxBytes, signal);
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

async function answer(
  fetcher: Fetch,
  url: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const address = url + path.split("/").map(encodeURIComponent).join("/");
  let response: Response;
  try {
    response = await fetcher(address, signal === undefined ? {} : { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw missing(url, path, cause);
  }
  if (response.status !== 200) throw missing(url, path, new Error(`${address}: ${response.status}`));
  return response;
}

/** Reads as it arrives, so that a server that lies about the length, or says none, can't fill the memory. */
async function body(
  response: Response,
  url: string,
  path: string,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (Number(response.headers.get("content-length") ?? 0) > maxBytes)
    throw tooLarge(url, path, Number(response.headers.get("content-length")), maxBytes);
  const chunks: Uint8Array[] = [];
  let total = 0;
  const reader = response.body?.getReader();
  try {
    for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
      total += part.value.length;
      if (total > maxBytes) throw tooLarge(url, path, total, maxBytes);
      chunks.push(part.value);
    }
  } catch (cause) {
    await reader?.cancel().catch(() => {});
    signal?.throwIfAborted();
    if (cause instanceof BananaError) throw cause;
    throw missing(url, path, cause);
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

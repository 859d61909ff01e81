import { BASE_CARD, LIMITS } from "@banana-peel/format";
import { type Base, type OpenBaseOptions, openBase as openFiles } from "@banana-peel/runtime";
import { parseBaseCard } from "@banana-peel/validator";
import { type Fetch, urlFiles } from "./url-files.js";

/** What openBase of an address needs beside it. */
export interface OpenUrlOptions
  extends Pick<
    OpenBaseOptions,
    "ort" | "sessionOptions" | "oneSession" | "onnxOperatorsOnly" | "signal" | "onProgress" | "now"
  > {
  /** In place of the page's own fetch. The base's files are read again for every session: let it cache. */
  readonly fetch?: Fetch;
}

/**
 * Opens the base in a folder on a web server that holds its base.json. Every file is checked against the card.
 * @param folder absolute, or relative to the page
 * @throws BananaError INPUT_INVALID, FILE_MISSING (base.json), DOWNLOAD_FAILED, and as the runtime's openBase
 */
export async function openBase(folder: string | URL, options: OpenUrlOptions): Promise<Base> {
  const { fetch: fetcher, ...rest } = options ?? {};
  const files = urlFiles(folder, fetcher);
  const card = parseBaseCard(
    await files.read(BASE_CARD, LIMITS.jsonBytes, options.signal),
    `${files.url}${BASE_CARD}`,
  );
  const sizes = new Map(card.files.map(({ path, bytes }) => [path, bytes]));
  return openFiles({
    ...rest,
    card,
    readFile: (path, signal) => files.read(path, sizes.get(path), signal),
  });
}

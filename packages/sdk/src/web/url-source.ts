import { FILES, LIMITS, type PeelSource } from "@banana-peel/format";
import { signedPaths } from "@banana-peel/signer/verify";
import { type Fetch, urlFiles } from "./url-files.js";

/**
 * A signed peel in a folder on a web server, such as `peels/` of an app that `banana-peel add` filled. A server lists
 * no files, so the list is what the signature names.
 * @param signal stops every reading
 * @throws BananaError INPUT_INVALID; reading: FILE_MISSING, DOWNLOAD_FAILED, FILE_TOO_LARGE, SIGNATURE_INVALID; the signal's
 *   reason
 */
export function urlSource(folder: string | URL, fetcher?: Fetch, signal?: AbortSignal): PeelSource {
  const files = urlFiles(folder, fetcher);
  return {
    label: files.url,
    list: async () => signedPaths(await files.read(FILES.signature, LIMITS.signatureBytes, signal)),
    read: (path, maxBytes) => files.read(path, maxBytes, signal),
  };
}

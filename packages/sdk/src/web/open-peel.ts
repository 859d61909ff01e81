import type { Base, LoadedPeel } from "@banana-peel/runtime";
import { type OpenPeelChoice, openPeelFrom, type PeelInput } from "../open-peel.js";
import type { Fetch } from "./url-files.js";
import { urlSource } from "./url-source.js";

/** Who may have signed the peel, and how it is fetched. */
export interface OpenPeelOptions extends OpenPeelChoice {
  readonly fetch?: Fetch;
}

/**
 * Reads a peel for a base: fetches it when it is given by its folder's address, and verifies signature, files and
 * signer before anything is used.
 * @param peel address of a folder with a signed peel, or the peel's files, or what verifyPeel returned
 * @throws BananaError INPUT_INVALID, FILE_MISSING, DOWNLOAD_FAILED, SIGNER_NOT_TRUSTED, SIGNER_CHANGED, LOCK_OUTDATED, and as verifyPeel and the runtime's openPeel
 */
export function openPeel(
  peel: string | URL | PeelInput,
  base: Pick<Base, "card" | "digest">,
  options: OpenPeelOptions = {},
): Promise<LoadedPeel> {
  const input =
    typeof peel === "string" || peel instanceof URL ? urlSource(peel, options.fetch, options.signal) : peel;
  return openPeelFrom(input, base, options);
}

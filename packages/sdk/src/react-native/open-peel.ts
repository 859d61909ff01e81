import { BananaError } from "@banana-peel/format";
import type { Base, LoadedPeel } from "@banana-peel/runtime";
import { type OpenPeelChoice, openPeelFrom, type PeelInput } from "../open-peel.js";
import type { DeviceFiles } from "./device-files.js";
import { deviceSource } from "./device-source.js";
import { needsWebCrypto } from "./needs.js";

/** Who may have signed the peel, and the device's files when it is given by a path. */
export interface OpenPeelOptions extends OpenPeelChoice {
  readonly files?: DeviceFiles;
}

/**
 * Reads a peel for a base: signature, files and signer are verified before anything is used.
 * @param peel absolute path of a folder with a signed peel, or the peel's files, or what verifyPeel returned
 * @throws BananaError INPUT_INVALID, SIGNER_NOT_TRUSTED, SIGNER_CHANGED, LOCK_OUTDATED, and as verifyPeel and the
 *   runtime's openPeel
 */
export async function openPeel(
  peel: string | PeelInput,
  base: Pick<Base, "card" | "digest">,
  options: OpenPeelOptions = {},
): Promise<LoadedPeel> {
  needsWebCrypto();
  if (typeof peel !== "string") return openPeelFrom(peel, base, options);
  if (options.files === undefined)
    throw new BananaError("INPUT_INVALID", "expected the device's files beside a path, found none", {
      where: peel,
      hint: "Pass `files`, as to openBase.",
    });
  return openPeelFrom(deviceSource(peel, options.files), base, options);
}

import { FILES, LIMITS, missing, type PeelSource, tooLarge } from "@banana-peel/format";
import { signedPaths } from "@banana-peel/signer/verify";
import { type DeviceFiles, plainPath } from "./device-files.js";

/**
 * A signed peel in a folder of the device. Its list is what the signature names: files that were put beside are not
 * part of it and are never read.
 * @param folder absolute path, with or without `file://`
 * @throws BananaError reading: FILE_MISSING, FILE_TOO_LARGE, SIGNATURE_INVALID
 */
export function deviceSource(folder: string, files: DeviceFiles): PeelSource {
  const place = plainPath(folder);
  const read = async (path: string, maxBytes = Number.POSITIVE_INFINITY) => {
    const bytes = await files.read(`${place}/${path}`).catch((cause: unknown) => {
      throw missing(place, path, cause);
    });
    if (bytes.length > maxBytes) throw tooLarge(place, path, bytes.length, maxBytes);
    return bytes;
  };
  return {
    label: place,
    list: async () => signedPaths(await read(FILES.signature, LIMITS.signatureBytes)),
    read,
  };
}

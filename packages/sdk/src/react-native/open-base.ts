import { BASE_CARD, BananaError, LIMITS, missing, tooLarge } from "@banana-peel/format";
import { type Base, type OpenBaseOptions, openBase as openFiles } from "@banana-peel/runtime";
import { parseBaseCard } from "@banana-peel/validator";
import { type DeviceFiles, plainPath } from "./device-files.js";
import { deviceOrt } from "./device-ort.js";
import { needsWebCrypto } from "./needs.js";

/** What openBase of a folder on a device needs beside it. */
export interface OpenDeviceOptions
  extends Pick<OpenBaseOptions, "ort" | "sessionOptions" | "oneSession" | "signal" | "onProgress" | "now"> {
  readonly files: DeviceFiles;
  /** A folder of the app's cache. Merged weights lie there while a session opens; it is emptied first. */
  readonly scratch: string;
}

/**
 * Opens the base in a folder of the device that holds its base.json. The folder must be writable: a changed model
 * lies beside the weights while its session opens. Files inside an app's bundle are copied out first.
 * @param folder absolute path, with or without `file://`
 * @throws BananaError INPUT_INVALID (no WebCrypto, `extra` options, which are not read there), FILE_MISSING
 *   (base.json), and as the runtime's openBase
 */
export async function openBase(folder: string, options: OpenDeviceOptions): Promise<Base> {
  const { files, scratch, ort, ...rest } = options;
  needsWebCrypto();
  if (rest.sessionOptions?.extra !== undefined)
    throw new BananaError("INPUT_INVALID", "expected no `extra` session options, found some", {
      where: "sessionOptions.extra",
      hint: "onnxruntime-react-native doesn't read them; leave them out.",
    });
  const place = plainPath(folder);
  const temporary = plainPath(scratch);
  await files.remove(temporary);
  await files.makeFolder(temporary);
  const card = parseBaseCard(await readCard(files, place), `${place}/${BASE_CARD}`);
  const { readRange } = files;
  return openFiles({
    ...rest,
    card,
    ort: deviceOrt({ ort, files, scratch: temporary }),
    folder: place,
    // Which operators of its own an app's build of onnxruntime has isn't known here, and none was run on a device.
    onnxOperatorsOnly: true,
    readFile: (path) => files.read(`${place}/${path}`),
    ...(readRange !== undefined && {
      readRange: (path, offset, length) => readRange.call(files, `${place}/${path}`, offset, length),
    }),
  });
}

async function readCard(files: DeviceFiles, folder: string): Promise<Uint8Array> {
  const bytes = await files.read(`${folder}/${BASE_CARD}`).catch((cause: unknown) => {
    throw missing(folder, BASE_CARD, cause);
  });
  if (bytes.length > LIMITS.jsonBytes) throw tooLarge(folder, BASE_CARD, bytes.length, LIMITS.jsonBytes);
  return bytes;
}

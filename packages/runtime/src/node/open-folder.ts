import { BASE_CARD, BananaError, LIMITS } from "@banana-peel/format";
import { parseBaseCard } from "@banana-peel/validator";
import { openBase as openBaseFiles } from "../base/open-base.js";
import type { Base, OpenBaseOptions } from "../base/types.js";
import { type FolderFiles, folderFiles } from "./folder-files.js";

/** What openBase of a folder needs beside the folder. */
export type OpenFolderOptions = Pick<OpenBaseOptions, "ort" | "sessionOptions" | "signal" | "now">;

/**
 * Opens the base in a folder that holds its base.json. The files mustn't change while it is open: onnxruntime maps
 * the weights from there.
 * @throws BananaError BASE_FILE_MISSING, JSON_INVALID, SCHEMA_INVALID, FILE_TOO_LARGE, FORMAT_VERSION_UNKNOWN, and
 *   as openBase of the main entry point
 */
export async function openBase(folder: string, options: OpenFolderOptions): Promise<Base> {
  const files = folderFiles(folder);
  const card = parseBaseCard(await readCard(files, folder, options.signal), `${folder}/${BASE_CARD}`);
  return openBaseFiles({ ...options, ...files, card });
}

/** base.json; parseBaseCard refuses more than LIMITS.jsonBytes, so one byte more is all that is read. */
async function readCard(
  files: FolderFiles,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  try {
    signal?.throwIfAborted();
    const bytes = await files.size(BASE_CARD);
    return await files.readRange(BASE_CARD, 0, Math.min(bytes, LIMITS.jsonBytes + 1));
  } catch (cause) {
    signal?.throwIfAborted();
    throw new BananaError(
      "BASE_FILE_MISSING",
      `expected ${BASE_CARD} in ${folder}, found none that can be read`,
      { where: `${folder}/${BASE_CARD}`, hint: "Name the folder that holds base.json.", cause },
    );
  }
}

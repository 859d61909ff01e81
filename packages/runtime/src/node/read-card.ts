import { BASE_CARD, BananaError, type BaseCard, LIMITS } from "@banana-peel/format";
import { parseBaseCard } from "@banana-peel/validator";
import type { FolderFiles } from "./folder-files.js";

/**
 * The card of the base in a folder; parseBaseCard refuses more than LIMITS.jsonBytes, so one byte more is all that
 * is read.
 * @throws BananaError BASE_FILE_MISSING, JSON_INVALID, SCHEMA_INVALID, FILE_TOO_LARGE, FORMAT_VERSION_UNKNOWN
 */
export async function readCard(
  files: FolderFiles,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<BaseCard> {
  return parseBaseCard(await cardBytes(files, folder, signal), `${folder}/${BASE_CARD}`);
}

async function cardBytes(
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

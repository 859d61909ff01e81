import { join } from "node:path";
import { BASE_CARD, type BaseCard, LIMITS } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { parseBaseCard } from "@banana-peel/validator";

/**
 * The card of the base in a folder.
 * @throws BananaError FILE_MISSING, FILE_TOO_LARGE, JSON_INVALID, SCHEMA_INVALID, FORMAT_VERSION_UNKNOWN
 */
export async function readCard(base: string): Promise<BaseCard> {
  return parseBaseCard(await folderSource(base).read(BASE_CARD, LIMITS.jsonBytes), join(base, BASE_CARD));
}

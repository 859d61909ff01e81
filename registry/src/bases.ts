import { join } from "node:path";
import { BASE_CARD, type BaseCard, LIMITS } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { parseBaseCard } from "@banana-peel/validator";

/**
 * The base cards of folders, and those given as they are.
 * @throws BananaError FILE_MISSING, FILE_TOO_LARGE, JSON_INVALID, FORMAT_VERSION_UNKNOWN, SCHEMA_INVALID
 */
export async function loadBases(bases: readonly (BaseCard | string)[]): Promise<BaseCard[]> {
  return Promise.all(
    bases.map(async (base) => {
      if (typeof base !== "string") return base;
      const bytes = await folderSource(base).read(BASE_CARD, LIMITS.jsonBytes);
      return parseBaseCard(bytes, join(base, BASE_CARD));
    }),
  );
}

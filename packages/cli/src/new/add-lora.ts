import { rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { NewAdapter } from "@banana-peel/client";
import { placeImported } from "../place-imported.js";

/**
 * Puts an adapter into a peel that was just made; where that fails, the peel is taken away again.
 * @param files what was made in the folder, as `scaffold` says
 * @throws BananaError of placeImported
 */
export async function addLora(
  folder: string,
  files: readonly string[],
  lora: { readonly adapter: NewAdapter; readonly origin: string },
): Promise<void> {
  try {
    await placeImported({ into: folder, version: "" }, lora);
  } catch (error) {
    for (const file of files) await rm(join(folder, file), { force: true });
    await rm(join(folder, "peel"), { recursive: true, force: true });
    // A repository that was there stays.
    await rmdir(folder).catch(() => undefined);
    throw error;
  }
}

import { type BaseModels, openModels as openModelFiles } from "../models/open-models.js";
import type { Watch } from "../plan/watch.js";
import { folderFiles } from "./folder-files.js";
import { nodeEngine } from "./node-engine.js";
import { readCard } from "./read-card.js";

/**
 * Opens the models of the base in a folder that holds its base.json, without onnxruntime.
 * @throws BananaError BASE_FILE_MISSING, JSON_INVALID, SCHEMA_INVALID, FILE_TOO_LARGE, FORMAT_VERSION_UNKNOWN, and
 *   as openModels of the main entry point
 */
export async function openModels(folder: string, { signal }: Watch = {}): Promise<BaseModels> {
  const files = folderFiles(folder);
  const card = await readCard(files, folder, signal);
  return openModelFiles({ ...files, engine: nodeEngine(), card, ...(signal ? { signal } : {}) });
}

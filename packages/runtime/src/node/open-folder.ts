import { openBase as openBaseFiles } from "../base/open-base.js";
import type { Base, OpenBaseOptions } from "../base/types.js";
import { checkWatch } from "../plan/watch.js";
import { baseFolder } from "./base-folder.js";
import { folderFiles } from "./folder-files.js";
import { nodeEngine } from "./node-engine.js";
import { readCard } from "./read-card.js";

/** What openBase of a folder needs beside the folder. */
export type OpenFolderOptions = Pick<
  OpenBaseOptions,
  | "ort"
  | "sessionOptions"
  | "oneSession"
  | "onnxOperatorsOnly"
  | "engine"
  | "cache"
  | "signal"
  | "onProgress"
  | "now"
>;

/**
 * Opens the base in a folder that holds its base.json, or in a package of node_modules. The files mustn't change while it is open: onnxruntime maps
 * the weights from there.
 * @param where a folder, or a package's name, as `@banana-peel/base-nano`
 * @throws BananaError BASE_FILE_MISSING, JSON_INVALID, SCHEMA_INVALID, FILE_TOO_LARGE, FORMAT_VERSION_UNKNOWN, and
 *   as openBase of the main entry point
 */
export async function openBase(where: string, options: OpenFolderOptions): Promise<Base> {
  checkWatch(options);
  const folder = await baseFolder(where);
  const files = folderFiles(folder);
  return openBaseFiles({
    engine: nodeEngine(),
    ...options,
    ...files,
    card: await readCard(files, folder, options?.signal),
  });
}

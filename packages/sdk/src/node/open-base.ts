import { mergedFolder, storeFolder } from "@banana-peel/client";
import type { Base, MergedCache } from "@banana-peel/runtime";
import {
  mergedCache,
  openBase as openFolder,
  type OpenFolderOptions as RuntimeOptions,
} from "@banana-peel/runtime/node";

/** What openBase of a folder needs beside the folder. */
export interface OpenFolderOptions extends Omit<RuntimeOptions, "cache"> {
  /**
   * Keeps merged sets, so that the next process maps them from disk in place of merging. Default: the user's store
   * (`banana-peel cache list` shows them); false keeps none.
   */
  readonly cache?: MergedCache | false;
}

/**
 * Opens the base in a folder that holds its base.json, or in a package of node_modules. The files mustn't change while
 * it is open: onnxruntime maps the weights from there.
 * @param where a folder, or a package's name, as `@banana-peel/base-nano`
 * @throws BananaError as the runtime's openBase of a folder
 */
export async function openBase(where: string, given: OpenFolderOptions): Promise<Base> {
  const { cache, ...options } = given ?? {};
  if (cache === false) return openFolder(where, options);
  return openFolder(where, { ...options, cache: cache ?? mergedCache(mergedFolder(storeFolder())) });
}

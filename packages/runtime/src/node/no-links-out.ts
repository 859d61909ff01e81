import { realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { BananaError } from "@banana-peel/format";
import type { FolderFiles } from "./folder-files.js";

/**
 * The files of a folder, but for links that leave it: onnxruntime opens no external data through such, and a model that came
 * with them may name any file of this machine.
 * @param trusted paths that the caller named by itself, which may be links
 * @returns files whose reads throw BananaError ONNX_LOCATION
 */
export function noLinksOut(files: FolderFiles, trusted: ReadonlySet<string>): FolderFiles {
  const check = async (path: string) => {
    if (trusted.has(path)) return;
    // What isn't there is found missing by who reads it.
    const real = await realpath(join(files.folder, path)).catch(() => undefined);
    if (real === undefined || real.startsWith(`${await realpath(files.folder)}${sep}`)) return;
    throw new BananaError(
      "ONNX_LOCATION",
      `expected a file inside the model's folder, found a link to ${real}`,
      {
        where: path,
        hint: "Put the file itself there: onnxruntime opens no external data outside of the model's folder.",
      },
    );
  };
  return {
    folder: files.folder,
    size: async (path) => {
      await check(path);
      return files.size(path);
    },
    readFile: async (path, signal) => {
      await check(path);
      return files.readFile(path, signal);
    },
    digestFile: async (path, signal) => {
      await check(path);
      return files.digestFile(path, signal);
    },
    readRange: async (path, offset, length, signal) => {
      await check(path);
      return files.readRange(path, offset, length, signal);
    },
  };
}

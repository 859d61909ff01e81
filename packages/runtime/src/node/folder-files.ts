import { open, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { BaseFiles } from "../base/types.js";
import { hashFile } from "./hash-file.js";

/** The files of a base in a folder. */
export interface FolderFiles extends Required<BaseFiles> {
  /** Size of a file in bytes. */
  size(path: string): Promise<number>;
}

/** The files of a base in a folder: hashed in pieces, read in parts, opened by onnxruntime itself. */
export function folderFiles(folder: string): FolderFiles {
  return {
    folder: resolve(folder),
    async size(path) {
      return (await stat(join(folder, path))).size;
    },
    async readFile(path, signal) {
      const { buffer, byteOffset, length } = await readFile(join(folder, path), { signal }).catch((error) => {
        // Node's own AbortError says nothing of the reason.
        signal?.throwIfAborted();
        throw error;
      });
      return new Uint8Array(buffer, byteOffset, length);
    },
    digestFile: (path, signal) => hashFile(join(folder, path), signal),
    async readRange(path, offset, length) {
      const file = await open(join(folder, path));
      try {
        const bytes = new Uint8Array(length);
        let done = 0;
        while (done < length) {
          const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
          if (bytesRead === 0) return bytes.subarray(0, done);
          done += bytesRead;
        }
        return bytes;
      } finally {
        await file.close();
      }
    },
  };
}

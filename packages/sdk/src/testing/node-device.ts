import { mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import type { DeviceFiles } from "../react-native/index.js";

/** A device's files, over Node's. Bytes come as views into a larger buffer, as some libraries give them. */
export function nodeDevice(): DeviceFiles & { written: string[]; removed: string[] } {
  const written: string[] = [];
  const removed: string[] = [];
  return {
    written,
    removed,
    async read(path) {
      const bytes = await readFile(path);
      const shifted = new Uint8Array(bytes.length + 64);
      shifted.set(bytes, 64);
      return shifted.subarray(64);
    },
    async readRange(path, offset, length) {
      const file = await open(path);
      try {
        const bytes = new Uint8Array(length);
        const { bytesRead } = await file.read(bytes, 0, length, offset);
        return bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    async write(path, bytes) {
      written.push(path);
      await writeFile(path, bytes);
    },
    async makeFolder(path) {
      await mkdir(path, { recursive: true });
    },
    async remove(path) {
      removed.push(path);
      await rm(path, { recursive: true, force: true });
    },
  };
}

import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/**
 * Puts files into a folder so that each is either the old one or the whole new one. Synchronous on purpose: a signal
 * is handled before or after, never in between.
 * @param files bytes by name
 */
export function saveOutput(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  mkdirSync(folder, { recursive: true });
  const written: [string, string][] = [];
  try {
    for (const [name, bytes] of files) {
      const temporary = join(folder, `.${name}.${process.pid}`);
      written.push([temporary, join(folder, name)]);
      writeWhole(temporary, bytes);
    }
    for (const [temporary, final] of written) renameSync(temporary, final);
  } catch (error) {
    for (const [temporary] of written) rmSync(temporary, { force: true });
    throw error;
  }
}

function writeWhole(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "w");
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
